using System.Text.Json.Nodes;

namespace Mprpc.Contracts.Tests.Contract;

/// <summary>
/// Sequences that have no end, as far as a message goes: who asks for more than any holds gets an exception, and not all of the machine's memory.
/// </summary>
internal static class Endless
{
    /// <summary>More numbers than a message has bytes, also after its buffer has doubled once more.</summary>
    public const int Beyond = 10_000_000;

    private const int BlockSize = 1000;

    public static IEnumerable<int> Numbers()
    {
        for (int i = 0; i < Beyond; i++)
        {
            yield return 1;
        }

        throw new InvalidOperationException("The sequence went on and on.");
    }

    public static IEnumerable<byte[]> Blocks()
    {
        for (int i = 0; i < 2 * Beyond / BlockSize; i++)
        {
            yield return new byte[BlockSize];
        }

        throw new InvalidOperationException("The sequence went on and on.");
    }

    public static IEnumerable<string> Texts()
    {
        string text = new('a', BlockSize);

        for (int i = 0; i < 10 * Beyond / BlockSize; i++)
        {
            yield return text;
        }

        throw new InvalidOperationException("The sequence went on and on.");
    }

    /// <summary>Sequences in a sequence: none is too large by itself.</summary>
    public static IEnumerable<IEnumerable<int>> Many()
    {
        for (int i = 0; i < 2 * Beyond / BlockSize; i++)
        {
            yield return Enumerable.Range(0, BlockSize).Select(number => number % 100);
        }

        throw new InvalidOperationException("The sequence went on and on.");
    }

    /// <summary>The same as values whose type nobody says, and what the error calls them.</summary>
    public static (Func<object> Make, string Name)[] Kinds() =>
    [
        (() => Numbers(), "int"),
        (() => Blocks(), "byte[]"),
        (() => Many(), "IEnumerable<"),
        (() => Numbers().Select(number => number * 2), "int"),
        (() => new List<object> { 1, Numbers() }, "int"),
        (() => new Dictionary<string, object> { ["a"] = Numbers() }, "int"),
        (() => new Stretch { Numbers = Numbers() }, "int"),
        (() => new Miscounted(3, Beyond), ""),
        (() => new MiscountedMap(3, Beyond), ""),
        (() => Numbers().Select(number => new KeyValuePair<string, int>("a", number)), "KeyValuePair<string, int>"),
        (() => JsonValue.Create(Texts())!, "JsonValue"),
        (() => new JsonArray(1, JsonValue.Create(Texts())), "JsonValue"),
        (() => new string('a', Beyond), ""),
        (() => new System.Text.StringBuilder().Append('\u00e9', Beyond), ""),
    ];
}
