using System.Text;
using System.Text.RegularExpressions;

namespace Mprpc.Dispatch;

/// <summary>The type of a value on the wire as text, in which keys of named types stand behind an <c>@</c>.</summary>
internal static partial class SchemaText
{
    /// <summary>The keys in a text.</summary>
    public static IEnumerable<string> KeysIn(string schema) => References.Matches(schema).Select(reference => reference.Groups[1].Value);

    /// <summary>Puts names in the place of keys.</summary>
    public static string Resolve(string schema, Func<string, string> nameOf)
        => schema.Contains('@', StringComparison.Ordinal) ? References.Replace(schema, reference => nameOf(reference.Groups[1].Value)) : schema;

    /// <summary>A type argument as a part of a name: <c>list&lt;@Order&gt;</c> is ListOfOrder. The generator does the same.</summary>
    public static string IntoName(string schema, Func<string, string> nameOf)
    {
        var name = new StringBuilder(schema.Length);
        bool begins = true;

        foreach (char c in Resolve(schema, nameOf))
        {
            _ = c switch
            {
                '<' => name.Append("Of"),
                ',' => name.Append("And"),
                '?' => name.Append("OrNil"),
                '>' => name,
                _ => name.Append(begins ? char.ToUpperInvariant(c) : c),
            };
            begins = c is '<' or ',';
        }

        return name.ToString();
    }

    [GeneratedRegex("@([^,<>?]+)")]
    private static partial Regex References { get; }
}
