namespace Mprpc.Wire;

/// <summary>What a peer is told that a value should have been: as it stands on the wire, not as this side's classes are named.</summary>
internal static class ExpectedShape
{
    // What every language has, as errors name it.
    private static readonly HashSet<string> Plain = new(StringComparer.Ordinal)
    {
        "int", "long", "short", "sbyte", "uint", "ulong", "ushort", "byte", "bool", "double", "float", "decimal", "char", "string", "object",
        "byte[]", "a", "an",
    };

    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["DateTime"] = "a timestamp", ["DateTimeOffset"] = "a timestamp", ["DateOnly"] = "a date", ["TimeOnly"] = "a time",
        ["TimeSpan"] = "a duration", ["Guid"] = "a UUID", ["Uri"] = "a URI",
    };

    /// <param name="expected">What the reader calls it: a type's name, and what follows it.</param>
    public static string Of(string expected)
    {
        int end = EndOfName(expected);
        string name = expected[..end];
        return Plain.Contains(name.TrimEnd('?')) ? expected : $"{Shape(name.TrimEnd('?'))}{(name.EndsWith('?') ? " or nil" : "")}{expected[end..]}";
    }

    private static string Shape(string name)
        => name.EndsWith("[]", StringComparison.Ordinal) ? "an array"
            : Known.TryGetValue(name, out string? known) ? known
            : !name.Contains('<', StringComparison.Ordinal) ? "an object"
            : IsMap(name[..name.IndexOf('<', StringComparison.Ordinal)]) ? "a map"
            : "an array";

    private static bool IsMap(string generic) => generic.EndsWith("Dictionary", StringComparison.Ordinal) || generic == "SortedList";

    private static int EndOfName(string expected)
    {
        int depth = 0;

        for (int i = 0; i < expected.Length; i++)
        {
            depth += expected[i] switch { '<' => 1, '>' => -1, _ => 0 };

            if (depth == 0 && (expected[i] is ' ' or ','))
            {
                return i;
            }
        }

        return expected.Length;
    }
}
