namespace Mprpc.Architecture.Tests;

/// <summary>The code in the documents compiles: each block of C# is a snippet of the samples, which the solution builds.</summary>
public sealed class SnippetTests
{
    /// <summary>How many blocks are marked as not compiled. Prefer code that compiles to a greater number.</summary>
    private const int NotCompiled = 0;

    private const string Sample =
        "class A\n{\n    // snippet: a/b\n    int x;\n\n    int y;   \n    // end snippet\n}\n// snippet: a/b\nclass B;\n// end snippet\n";

    private const string Block = "Text.\n\n<!-- snippet: a/b -->\n```csharp\nint x;\n\nint y;\n\nclass B;\n```\n\nMore.\n";

    [Fact]
    public void Block_InADocument_IsItsSnippet()
    {
        SnippetRegions snippets = Snippets();
        List<string> documents = Documents();

        if (Environment.GetEnvironmentVariable(DocumentSnippets.UpdateVariable) is "1")
        {
            foreach (string document in documents.Where(document => !IsUpToDate(document, snippets)))
            {
                File.WriteAllText(Repository.FullPath(document), DocumentSnippets.Update(Repository.ReadText(document), snippets));
            }
        }

        Expect.Nothing([.. snippets.Wrong, .. documents.SelectMany(document => DocumentSnippets.Findings(document, Repository.ReadText(document), snippets))]);
    }

    [Fact]
    public void Snippet_OfTheSamples_StandsInADocument()
    {
        HashSet<string?> used = [.. Blocks().Select(block => block.Snippet)];

        string[] unused = [.. Snippets().Names.Where(name => !used.Contains(name)).Select(name => $"no document shows the snippet \"{name}\"")];

        Assert.True(used.Count > 30, $"Only {used.Count} snippets were found.");
        Expect.Nothing(unused);
    }

    [Fact]
    public void Blocks_NotCompiled_AreAsManyAsThereWere()
        => Assert.Equal(NotCompiled, Blocks().Count(block => block.Reason is not null));

    [Theory]
    [InlineData("int x;", "int z;", "differs from snippet \"a/b\" in Sample.cs", "expected: int x;", "actual:   int z;")]
    [InlineData("\n\nclass B;", "", "expected: ", "actual:   (the end)")]
    [InlineData("class B;\n", "class B;\nclass C;\n", "expected: (the end)", "actual:   class C;")]
    [InlineData("snippet: a/b", "snippet: a/c", "there is no snippet \"a/c\"")]
    [InlineData("<!-- snippet: a/b -->", "", "is not compiled")]
    [InlineData("<!-- snippet: a/b -->\n", "<!-- snippet: a/b -->\n\n", "is not compiled")]
    [InlineData("<!-- snippet: a/b -->", "<!-- not compiled: -->", "is not compiled")]
    [InlineData("<!-- snippet: a/b -->\n```csharp", "```text\n```csharp\n```\n\n~~~~ cs\n~~~", "is not compiled")]
    public void Findings_ABlockThatIsWrong_SayWhatIsWrong(string before, string after, params string[] expected)
    {
        string document = Block.Replace(before, after, StringComparison.Ordinal);

        string finding = Assert.Single(DocumentSnippets.Findings("Page.md", document, Regions(Sample)));

        Assert.StartsWith("Page.md:", finding, StringComparison.Ordinal);
        Assert.All(expected, part => Assert.Contains(part, finding, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Block)]
    [InlineData("- Item.\n\n  <!-- snippet: a/b -->\n  ```csharp\n  int x;\n\n  int y;\n\n  class B;\n  ```\n")]
    [InlineData("<!-- not compiled: shows an error -->\n```csharp\nint x = \"\";\n```\n")]
    [InlineData("````md\n```csharp\nint z;\n```\n````\n")]
    public void Findings_ABlockThatIsRight_AreNone(string document)
        => Assert.Empty(DocumentSnippets.Findings("Page.md", document, Regions(Sample)));

    [Theory]
    [InlineData("int y;", "int z;\nint y;")]
    [InlineData("\n\nint y;\n\nclass B;", "")]
    public void Update_ADocumentThatDiffers_MakesItRight(string before, string after)
    {
        string document = Block.Replace(before, after, StringComparison.Ordinal);

        string updated = DocumentSnippets.Update(document, Regions(Sample));

        Assert.NotEqual(Block, document);
        Assert.Equal(Block, updated);
    }

    [Theory]
    [InlineData("    // end snippet\n}", "}", "Sample.cs:8: snippet \"a/b\" has not ended")]
    [InlineData("class B;\n// end snippet", "class B;", "Sample.cs:9: snippet \"a/b\" has no end")]
    [InlineData("    // snippet: a/b\n", "", "Sample.cs:6: no snippet is open here")]
    public void Regions_OfWhichAMarkIsMissing_SayWhere(string before, string after, string expected)
    {
        SnippetRegions snippets = Regions(Sample.Replace(before, after, StringComparison.Ordinal));

        Assert.StartsWith(expected, Assert.Single(snippets.Wrong), StringComparison.Ordinal);
    }

    private static SnippetRegions Regions(string text) => new([("Sample.cs", text)]);

    private static SnippetRegions Snippets() => new(Repository.Files("samples", ".cs").Select(file => (file, Repository.ReadText(file))));

    private static bool IsUpToDate(string document, SnippetRegions snippets)
        => !DocumentSnippets.Findings(document, Repository.ReadText(document), snippets).Any();

    private static IEnumerable<DocumentBlock> Blocks() => Documents().SelectMany(document => DocumentBlock.Find(Repository.ReadLines(document)));

    /// <summary>What users read. The samples of docs/diagnostics are compiled by the generator's tests.</summary>
    private static List<string> Documents() =>
    [
        .. Repository.Files(".", ".md").Where(file => file != "CONTRIBUTING.md"
            && !file.StartsWith("docs/diagnostics/", StringComparison.Ordinal)
            && !file.StartsWith("tests/", StringComparison.Ordinal)),
    ];
}
