namespace Mprpc.Contracts.Tests.Kit;

internal sealed class Graphs : IGraphs
{
    public static object? Of(int seed) => new GraphMaker(new Random(seed)).Make();

    public static IGrown GrownOf(int seed) => Of(seed) is var graph && graph is IGrown grown ? grown : new Fork { Any = graph, Right = new Leaf() };

    public Task<int> TakeAnyAsync(object? value) => Task.FromResult(1);

    public Task<int> TakeHoldAsync(Hold? value) => Task.FromResult(1);

    public Task<int> TakeGrownAsync(IGrown? value) => Task.FromResult(1);

    public Task<object?> MakeAnyAsync(int seed) => Task.FromResult(Of(seed));

    public Task<Hold?> MakeHoldAsync(int seed) => Task.FromResult<Hold?>(Hold.Of(Of(seed), seed));

    public Task<IGrown?> MakeGrownAsync(int seed) => Task.FromResult<IGrown?>(GrownOf(seed));

    public Task<int> NextAsync(int value) => Task.FromResult(value + 1);
}
