using System.Text;
using System.Text.RegularExpressions;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>The type of a value on the wire as text, in which keys of named types stand behind an <c>@</c>.</summary>
internal static class SchemaText
{
    /// <summary>A type argument as a part of a name: <c>list&lt;@Order&gt;</c> is ListOfOrder. SchemaText in Mprpc.Core does the same.</summary>
    public static string IntoName(string schema, Func<string, string> nameOf)
    {
        var name = new StringBuilder(schema.Length);
        bool begins = true;

        foreach (char c in Regex.Replace(schema, "@([^,<>?]+)", reference => nameOf(reference.Groups[1].Value)))
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
}
