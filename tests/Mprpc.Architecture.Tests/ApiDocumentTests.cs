using System.Text.RegularExpressions;

namespace Mprpc.Architecture.Tests;

/// <summary>docs/api.md lists the public face whole: each type and member that the projects declare, but what only generated code needs.</summary>
public sealed partial class ApiDocumentTests
{
    private const string Document = "docs/api.md";

    [Fact]
    public void Face_OfAllProjects_StandsInTheDocumentAndNothingElse()
    {
        SortedSet<string> declared = new(
            Repository.Files("src", "PublicAPI.Unshipped.txt").SelectMany(Repository.ReadLines).Select(Entry).OfType<string>(), StringComparer.Ordinal);

        SortedSet<string> listed = new(Listed(), StringComparer.Ordinal);

        Assert.True(declared.Count > 200, $"Only {declared.Count} entries were found.");
        Expect.Nothing(
            [
                .. declared.Except(listed).Select(entry => $"not in the document: {entry}"),
                .. listed.Except(declared).Select(entry => $"not declared: {entry}"),
            ]);
    }

    /// <summary>The type and the member of a line of the declared API; null for what every type has, and for what only generated code needs.</summary>
    private static string? Entry(string line)
    {
        string name = Modifiers().Replace(line.Split(" -> ")[0].Split(" = ")[0].Split('(')[0], "");
        name = Indexes().Replace(Accessor().Replace(TypeArguments().Replace(name, ""), ""), "");

        if (!name.Contains('.', StringComparison.Ordinal) || name.StartsWith("Mprpc.CompilerServices.", StringComparison.Ordinal)
            || OfEveryType().IsMatch(name))
        {
            return null;
        }

        string[] parts = name.Split('.');
        int type = Array.FindIndex(parts, part => TypeName().IsMatch(part));
        string member = parts.Length > type + 1 ? parts[type + 1] : "";
        return member == parts[type] ? null : $"{parts[type]} {member}".Trim();
    }

    private static IEnumerable<string> Listed()
    {
        string type = "";

        foreach (string line in Repository.ReadLines(Document))
        {
            if (TypeLine().Match(line) is { Success: true } ofType)
            {
                type = ofType.Groups[1].Value;
                yield return type;
            }
            else if (MemberLine().Match(line) is { Success: true } ofMember)
            {
                yield return $"{type} {ofMember.Groups[1].Value}";
            }
        }
    }

    [GeneratedRegex("^~?(?:(?:abstract|static|virtual|override|const|readonly) )*")]
    private static partial Regex Modifiers();

    [GeneratedRegex("<[^<>]*(?:<[^<>]*>)?[^<>]*>")]
    private static partial Regex TypeArguments();

    [GeneratedRegex(@"\.(?:get|set|init)$")]
    private static partial Regex Accessor();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Indexes();

    [GeneratedRegex(@"operator |\.(?:Equals|GetHashCode|ToString|Deconstruct|\$)$|Clone")]
    private static partial Regex OfEveryType();

    // Of the names of a path the first that is a type's: namespaces are Mprpc, Mprpc.Client and the like, and Microsoft's.
    [GeneratedRegex("^I?Mprpc[A-Z]")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"^\*\*`(\w+)`\*\*")]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^- `(\w+)`")]
    private static partial Regex MemberLine();
}
