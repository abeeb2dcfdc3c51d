namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Streams as results, as parameters, and both at once.</summary>
[MprpcService(Prefix = "feed")]
public interface IFeed
{
    IAsyncEnumerable<int> CountAsync(int count, CancellationToken stop = default);

    /// <summary>The next job is made when the one before has been asked for.</summary>
    [MprpcStream(Prefetch = 1)]
    IAsyncEnumerable<int> TakeJobsAsync(int count);

    [MprpcStream(MaxPlainItems = 3)]
    IAsyncEnumerable<int> FewAsync(int count);

    IAsyncEnumerable<int> FailAsync(int after);

    IAsyncEnumerable<int> ForeverAsync(CancellationToken stop);

    IAsyncEnumerable<int> NothingAsync();

    /// <summary>Whether the call's scope is still open.</summary>
    IAsyncEnumerable<bool> ScopeAsync(int count);

    Task<int> SumAsync(IAsyncEnumerable<int> numbers, CancellationToken stop = default);

    ValueTask<string> JoinAsync(string separator, IAsyncEnumerable<string?>? parts, int times = 1);

    Task StoreAsync(IAsyncEnumerable<Gauge> gauges);

    ValueTask StoreSettingsAsync(IAsyncEnumerable<Settings> settings);

    Task<int> FirstAsync(IAsyncEnumerable<int> numbers);

    Task<bool> HasNumbersAsync(IAsyncEnumerable<int>? numbers = null);

    Task<string> TwiceAsync(IAsyncEnumerable<int> numbers);

    IAsyncEnumerable<Gauge> ScaleAsync(IAsyncEnumerable<Gauge> gauges, double factor, CancellationToken stop = default);

    IAsyncEnumerable<string> MergeAsync(IAsyncEnumerable<string> first, int between, IAsyncEnumerable<string> second);
}
