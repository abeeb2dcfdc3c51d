using System.ComponentModel.DataAnnotations;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Mprpc.SourceGenerator.Tests.Contracts;

/// <summary>What a document tells of methods, one method a thing.</summary>
[MprpcService(Prefix = "described")]
public interface IDescribed : IDescribedBase<Node, string>
{
    /// <summary>
    /// Adds <paramref name="count"/> times, as <see cref="IEverything.Sum"/> does,
    /// and never returns <see langword="null"/>.
    /// </summary>
    /// <param name="count">How <c>often</c>.</param>
    /// <param name="stop">Not on the wire.</param>
    /// <returns>What there is then.</returns>
    Task<int> AddAsync([Range(1, 10)] int count, CancellationToken stop);

    // Not documentation.
    //// Nor this.
    string? Undocumented(string? maybe, string always);

    /// <summary>Broken & more.</summary>
    void Broken();

    [Obsolete("Use Add.")]
    void Old();

#pragma warning disable CA1041
    [Obsolete]
    void Older();
#pragma warning restore CA1041

    Node Tree(Node root);

    Sheet<Node> Sheets(Sheet<int?> numbers, Sheet<List<Level>> levels, Sheet<Sheet<string?>> nested, Sheet<byte[]> bytes);

    Dictionary<string, List<string?>>? Maps(IReadOnlyDictionary<int, string?> readable, SortedDictionary<Guid, Level?> sorted);

    (int, string?) Tuples((string? Name, List<string?>? Texts) pair, Tuple<int, string> old, KeyValuePair<string, double?> entry);

    ValueTask<List<string?>?> ListsAsync(string?[] array, ISet<Level> set, int[,] square, IEnumerable<Node?> nodes, NameCollection names, params string[] rest);

    object? Anything(object value, MprpcRaw raw, Shape shape, Moment moment, Unsent unsent);

    Keyed Keyed(Keyed keyed, Outer.Inner inner, Other.Inner other, OuterOf<string>.Inner generic);

    Big Big(Tiny tiny, Big big = Described.Largest, Tiny? maybe = Tiny.Minus, int number = 7, string text = "a\"b", string? nothing = null);

    void Injected(int first, [FromServices] IGreeter greeter, [FromKeyedServices("other")] IGreeter other, MprpcCallContext context, int second);

    Endless<int> Grow(Endless<int> seed);

    /// <summary>Both ways.</summary>
    IAsyncEnumerable<Node?> Flow(IAsyncEnumerable<List<string?>> lines, IAsyncEnumerable<int?>? numbers = null, CancellationToken stop = default);

    Task<Stream> BytesAsync(Stream bytes, PipeReader? more = null);

    [MprpcStream(Prefetch = 1, MaxPlainItems = 5)]
    IAsyncEnumerable<string> Texts();
}
