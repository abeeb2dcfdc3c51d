namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Streams whose calls use something scoped.</summary>
[MprpcService(Prefix = "leased")]
public interface ILeased
{
    /// <summary>Numbers from 0 on, or -1 where the lease is over.</summary>
    IAsyncEnumerable<int> CountAsync(int count, CancellationToken stop = default);

    IAsyncEnumerable<int> BreakAsync();

    Task<int> SumAsync(IAsyncEnumerable<int> numbers);

    Stream Read(int size);
}
