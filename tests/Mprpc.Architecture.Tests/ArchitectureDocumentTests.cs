using System.Text.RegularExpressions;

namespace Mprpc.Architecture.Tests;

/// <summary>ARCHITECTURE.md is short and tells the truth about the folders.</summary>
public sealed partial class ArchitectureDocumentTests
{
    private const string Document = "ARCHITECTURE.md";

    [Fact]
    public void Document_Always_IsReadInOneSitting()
    {
        int lines = Repository.ReadLines(Document).Length;

        Assert.InRange(lines, 10, 150);
    }

    [Fact]
    public void Document_NamesAPath_ThePathExists()
    {
        List<string> paths = NamedPaths();

        string[] missing = [.. paths.Where(path => !Repository.Exists(path))];

        Assert.NotEmpty(paths);
        Expect.Nothing(missing);
    }

    [Fact]
    public void Folder_InAProjectUnderSrc_IsNamed()
    {
        HashSet<string> named = [.. NamedPaths().Select(path => path.TrimEnd('/'))];

        string[] silent = [.. Repository.Folders("src", depth: 3).Where(folder => !named.Contains(folder))];

        Expect.Nothing(silent);
    }

    /// <summary>Code spans that look like paths: one with a slash, or a file's name. Paths are written from the root.</summary>
    private static List<string> NamedPaths() =>
    [
        .. CodeSpan().Matches(Repository.ReadText(Document))
            .Select(match => match.Groups[1].Value)
            .Where(span => PathShape().IsMatch(span))
            .Distinct(),
    ];

    [GeneratedRegex("`([^`\r\n]+)`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"^(\.?[\w-][\w.-]*/[\w./-]*|[\w.-]+\.(md|cs|csproj|sln|props|targets|json|config|txt))$")]
    private static partial Regex PathShape();
}
