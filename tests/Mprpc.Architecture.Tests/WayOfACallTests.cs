using System.Text.RegularExpressions;

namespace Mprpc.Architecture.Tests;

/// <summary>The hops of a call, as ARCHITECTURE.md lists them: each stands in its file, and there are no more than a stranger can follow.</summary>
public sealed partial class WayOfACallTests
{
    private const string Document = "ARCHITECTURE.md";

    [Fact]
    public void Hop_OfTheDocument_StandsInItsFile()
    {
        List<string> wrong = [];
        int hops = 0;

        foreach (string line in Repository.ReadLines(Document).Where(line => Row().IsMatch(line) || line.Contains("goes on by", StringComparison.Ordinal)))
        {
            string? file = null;

            foreach (string span in CodeSpan().Matches(line).Select(match => match.Groups[1].Value))
            {
                if (span.EndsWith(".cs", StringComparison.Ordinal))
                {
                    file = span;
                    hops++;
                }
                else if (file is null || !Repository.ReadText(file).Contains(span, StringComparison.Ordinal))
                {
                    wrong.Add($"{file}: {span}");
                }
            }
        }

        Assert.InRange(hops, 18, 20);
        Expect.Nothing(wrong);
    }

    [Theory]
    [InlineData("| server |", 12)]
    [InlineData("| client, out |", 6)]
    public void Hops_OfAWay_AreFew(string header, int most)
    {
        string[] lines = Repository.ReadLines(Document);
        int start = Array.FindIndex(lines, line => line.StartsWith(header, StringComparison.Ordinal));

        int hops = lines.Skip(start + 2).TakeWhile(line => Row().IsMatch(line)).Count();

        Assert.InRange(hops, 1, most);
    }

    [GeneratedRegex(@"^\| \d+ \|")]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CodeSpan();
}
