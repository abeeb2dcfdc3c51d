namespace Mprpc.SourceGenerator.Tests.Contracts;

/// <summary>Methods of which some may run twice for a call.</summary>
[MprpcService]
public interface IRepeatable
{
    [MprpcMethod(Idempotent = true)]
    Task<int> ReadAsync(CancellationToken cancellationToken);

    [MprpcMethod(Idempotent = true)]
    Task TouchAsync();

    [MprpcMethod(Idempotent = true)]
    ValueTask<int> GetAsync(int key);

    [MprpcMethod(Idempotent = true)]
    ValueTask SetAsync(int key);

    [MprpcMethod]
    Task AddAsync(int count);
}
