namespace Mprpc.TypeScript.Tests.Kit;

/// <summary>Streams in both directions.</summary>
[MprpcService(Prefix = "feed")]
public interface IFeed
{
    IAsyncEnumerable<int> CountAsync(int to, CancellationToken cancellationToken);

    IAsyncEnumerable<int> DripAsync(int to, CancellationToken cancellationToken);

    IAsyncEnumerable<byte[]> ReadAsync(int pieces, CancellationToken cancellationToken);

    Task<long> TotalAsync(IAsyncEnumerable<long> values, CancellationToken cancellationToken);

    Task<long> SaveAsync(string name, IAsyncEnumerable<byte[]> pieces, CancellationToken cancellationToken);

    Task<int> FirstAsync(IAsyncEnumerable<int> values, CancellationToken cancellationToken);

    IAsyncEnumerable<int> DoubleAsync(IAsyncEnumerable<int> values, CancellationToken cancellationToken);

    int CountDisposed();

    Task<long[]> AskAsync(MprpcCallContext call, CancellationToken cancellationToken);
}

/// <summary>What the server calls of its client.</summary>
[MprpcService(Prefix = "gauge")]
public interface IGauge
{
    IAsyncEnumerable<int> TicksAsync(int to, CancellationToken cancellationToken);

    Task<long> TotalAsync(IAsyncEnumerable<int> values, CancellationToken cancellationToken);
}
