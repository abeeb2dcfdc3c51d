using System.Text.RegularExpressions;

namespace Mprpc.Architecture.Tests;

/// <summary>A block of C# in a document, and the comment on the line before it, which readers do not see.</summary>
/// <param name="First">The number of its first line of code, from 0.</param>
/// <param name="Count">How many lines of code it has.</param>
/// <param name="Indentation">What stands before its fence.</param>
/// <param name="Snippet">The snippet that it shows, or null.</param>
/// <param name="Reason">Why it is not compiled, or null.</param>
internal sealed partial record DocumentBlock(int First, int Count, string Indentation, string? Snippet, string? Reason)
{
    public static List<DocumentBlock> Find(string[] lines)
    {
        List<DocumentBlock> found = [];

        for (int i = 0; i < lines.Length; i++)
        {
            Match fence = Fence().Match(lines[i]);

            if (!fence.Success)
            {
                continue;
            }

            int first = i + 1;
            string closing = fence.Groups["fence"].Value;

            do
            {
                i++;
            }
            while (i < lines.Length && !(lines[i].Trim().StartsWith(closing, StringComparison.Ordinal) && lines[i].Trim().Trim(closing[0]).Length == 0));

            if (CSharp().IsMatch(fence.Groups["language"].Value))
            {
                Match mark = first >= 2 ? Mark().Match(lines[first - 2]) : Match.Empty;
                found.Add(new(first, i - first, fence.Groups["indentation"].Value, Value(mark, "snippet"), Value(mark, "reason")));
            }
        }

        return found;
    }

    public string Code(string[] lines) => SnippetRegions.Normalize(lines[First..(First + Count)]);

    private static string? Value(Match mark, string group) => mark.Groups[group] is { Success: true, Value: string value } ? value : null;

    [GeneratedRegex("^(?<indentation> *)(?<fence>`{3,}|~{3,}) *(?<language>[^ `]*)")]
    private static partial Regex Fence();

    [GeneratedRegex("^(?:csharp|cs|c#)$", RegexOptions.IgnoreCase)]
    private static partial Regex CSharp();

    [GeneratedRegex(@"^\s*<!-- (?:snippet: (?<snippet>\S+)|not compiled: (?<reason>\S.*?)) -->\s*$")]
    private static partial Regex Mark();
}
