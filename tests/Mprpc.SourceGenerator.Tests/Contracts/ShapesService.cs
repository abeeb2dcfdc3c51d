namespace Mprpc.SourceGenerator.Tests.Contracts;

/// <summary>Only described, never called.</summary>
internal sealed class ShapesService : IShapes
{
    public Task Shrink(Dictionary<string, Shrinking> all) => Task.CompletedTask;

    public Task<Shapes> One(Shapes shapes, Picky picky) => Task.FromResult(shapes);

    public Task<Page<Item>> Items(
        Page<int> numbers, int[] array, List<string?> texts, IEnumerable<int> counted, Dictionary<string, int> counts, Dictionary<int, Picky> picky)
        => throw new NotSupportedException();
}
