using System.Text.RegularExpressions;

namespace Mprpc.Architecture.Tests;

/// <summary>What documents and comments point at is there.</summary>
public sealed partial class DocumentationTests
{
    private const string Protocol = "docs/protocol.md";

    [Fact]
    public void Protocol_Sections_AreNumberedWithoutGaps()
    {
        string[] sections = [.. Sections(Protocol)];
        List<string> expected = [];
        int part = 0;
        int section = 0;

        foreach (string number in sections)
        {
            (part, section) = number.Contains('.', StringComparison.Ordinal) ? (part, section + 1) : (part + 1, 0);
            expected.Add(section == 0 ? $"{part}" : $"{part}.{section}");
        }

        Assert.NotEmpty(sections);
        Assert.Equal(expected, sections);
    }

    [Fact]
    public void CommentsAndDocuments_QuoteASection_TheSectionExists()
    {
        Dictionary<string, HashSet<string>> sectionsOf = [];
        List<string> wrong = [];

        foreach (string file in Repository.Files(".", ".cs").Concat(Documents()))
        {
            foreach (Match reference in Quotation().Matches(Repository.ReadText(file)))
            {
                string document = "docs/" + reference.Groups[1].Value;

                if (!Repository.Exists(document))
                {
                    wrong.Add($"{file}: {document} does not exist");
                    continue;
                }

                if (!sectionsOf.TryGetValue(document, out HashSet<string>? sections))
                {
                    sectionsOf[document] = sections = [.. Sections(document)];
                }

                wrong.AddRange(Number().Matches(reference.Groups[2].Value).Select(match => match.Value)
                    .Where(number => !sections.Contains(number))
                    .Select(number => $"{file}: {document} has no section {number}"));
            }
        }

        Expect.Nothing(wrong);
    }

    [Fact]
    public void Documents_RelativeLink_Resolves()
    {
        List<string> wrong = [];

        foreach (string document in Documents())
        {
            foreach (Match match in Link().Matches(Prose(document)))
            {
                string target = match.Groups[1].Value;

                if (!target.Contains(':', StringComparison.Ordinal) && !Resolves(document, target))
                {
                    wrong.Add($"{document}: {target}");
                }
            }
        }

        Expect.Nothing(wrong);
    }

    private static List<string> Documents()
    {
        List<string> documents = Repository.Files(".", ".md");

        Assert.NotEmpty(documents);
        return documents;
    }

    private static bool Resolves(string document, string target)
    {
        int hash = target.IndexOf('#', StringComparison.Ordinal);
        string file = hash < 0 ? target : target[..hash];
        string path = file.Length == 0 ? document : Path.Combine(Path.GetDirectoryName(document)!, Uri.UnescapeDataString(file));

        if (!Repository.Exists(path))
        {
            return false;
        }

        return hash < 0 || !path.EndsWith(".md", StringComparison.Ordinal) || Anchors(path).Contains(target[(hash + 1)..]);
    }

    private static IEnumerable<string> Sections(string document) =>
        Heading().Matches(Repository.ReadText(document))
            .Select(match => Number().Match(match.Groups[1].Value))
            .Where(match => match is { Success: true, Index: 0 })
            .Select(match => match.Value);

    /// <summary>The anchors that GitHub makes of the headings.</summary>
    private static IEnumerable<string> Anchors(string document) =>
        Heading().Matches(Prose(document, keepCodeSpans: true))
            .Select(match => NotInAnchor().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    /// <summary>The document without its code, in which brackets and parentheses are no links.</summary>
    private static string Prose(string document, bool keepCodeSpans = false)
    {
        string text = CodeBlock().Replace(Repository.ReadText(document), "");

        return keepCodeSpans ? text : CodeSpan().Replace(text, "``");
    }

    [GeneratedRegex(@"^#{1,6}[ ]+([^\r\n]+)", RegexOptions.Multiline)]
    private static partial Regex Heading();

    // "docs/protocol.md 3.2", "docs/protocol.md 3.2, 3.3 and 4", and in documents "[...](docs/protocol.md), section 3.2".
    [GeneratedRegex(@"(?:docs/|(?<=\]\())([\w/-]+\.md)(?:\)?,?\s+sections?)?((?:(?:,|\s+and)?\s+\d+(?:\.\d+)*)+)")]
    private static partial Regex Quotation();

    [GeneratedRegex(@"\d+(?:\.\d+)*")]
    private static partial Regex Number();

    [GeneratedRegex(@"\[[^\]]*\]\(([^)\s]+)[^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^[ ]*```.*?^[ ]*```[^\r\n]*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("`[^`\r\n]+`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"[^\w\s-]")]
    private static partial Regex NotInAnchor();
}
