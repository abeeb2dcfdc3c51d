namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Takes graphs of objects as arguments, and gives them as results, each in every place where one can stand.</summary>
[MprpcService(Prefix = "graphs")]
public interface IGraphs
{
    Task<int> TakeAnyAsync(object? value);

    Task<int> TakeHoldAsync(Hold? value);

    Task<int> TakeGrownAsync(IGrown? value);

    Task<object?> MakeAnyAsync(int seed);

    Task<Hold?> MakeHoldAsync(int seed);

    Task<IGrown?> MakeGrownAsync(int seed);

    Task<int> NextAsync(int value);
}
