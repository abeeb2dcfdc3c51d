using System.IO.Pipelines;

namespace Mprpc.SourceGenerator.Tests.Contracts;

internal sealed class Described : IDescribed
{
    public const Big Largest = Contracts.Big.Large;

    public Task<int> AddAsync(int count, CancellationToken stop) => Task.FromResult(count);

    public string? Undocumented(string? maybe, string always) => maybe;

    public void Broken()
    {
    }

    public void Old()
    {
    }

    public void Older()
    {
    }

    public Node Tree(Node root) => root;

    public Sheet<Node> Sheets(Sheet<int?> numbers, Sheet<List<Level>> levels, Sheet<Sheet<string?>> nested, Sheet<byte[]> bytes) => new([], null);

    public Dictionary<string, List<string?>>? Maps(IReadOnlyDictionary<int, string?> readable, SortedDictionary<Guid, Level?> sorted) => null;

    public (int, string?) Tuples((string? Name, List<string?>? Texts) pair, Tuple<int, string> old, KeyValuePair<string, double?> entry) => (1, null);

    public ValueTask<List<string?>?> ListsAsync(
        string?[] array, ISet<Level> set, int[,] square, IEnumerable<Node?> nodes, NameCollection names, params string[] rest)
        => new((List<string?>?)null);

    public object? Anything(object value, MprpcRaw raw, Shape shape, Moment moment, Unsent unsent) => null;

    public Keyed Keyed(Keyed keyed, Outer.Inner inner, Other.Inner other, OuterOf<string>.Inner generic) => keyed;

    public Big Big(Tiny tiny, Big big, Tiny? maybe, int number, string text, string? nothing) => big;

    public void Injected(int first, IGreeter greeter, IGreeter other, MprpcCallContext context, int second)
    {
    }

    public Endless<int> Grow(Endless<int> seed) => seed;

    public IAsyncEnumerable<Node?> Flow(IAsyncEnumerable<List<string?>> lines, IAsyncEnumerable<int?>? numbers, CancellationToken stop)
        => AsyncEnumerable.Empty<Node?>();

    public Task<Stream> BytesAsync(Stream bytes, PipeReader? more) => Task.FromResult(bytes);

    public IAsyncEnumerable<string> Texts() => AsyncEnumerable.Empty<string>();

    public Task<Node?> FindAsync(string key, List<Node?> among) => Task.FromResult<Node?>(null);
}
