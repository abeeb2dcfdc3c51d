namespace Mprpc.Architecture.Tests;

/// <summary>Compares the blocks of C# in a document with the snippets that are compiled, and writes them anew.</summary>
internal static class DocumentSnippets
{
    /// <summary>The variable that makes the test write the documents' blocks.</summary>
    public const string UpdateVariable = "MPRPC_UPDATE_SNIPPETS";

    public static IEnumerable<string> Findings(string document, string text, SnippetRegions snippets)
    {
        string[] lines = Lines(text);

        foreach (DocumentBlock block in DocumentBlock.Find(lines).Where(block => block.Reason is null))
        {
            string place = $"{document}:{block.First}";

            if (block.Snippet is null)
            {
                yield return $"""
                    {place}: this block of C# is not compiled. Put its code into a file under samples/Snippets, between the lines
                      // snippet: NAME
                      // end snippet
                    and the line <!-- snippet: NAME --> before the block; or, if it cannot compile, <!-- not compiled: REASON -->.
                    """;
            }
            else if (!snippets.TryGet(block.Snippet, out string file, out string code))
            {
                yield return $"{place}: there is no snippet \"{block.Snippet}\" under samples; add // snippet: {block.Snippet} and // end snippet there.";
            }
            else if (block.Code(lines) is string actual && actual != code)
            {
                (string expectedLine, string actualLine) = FirstDifference(code, actual);
                yield return $"""
                    {place}: the block differs from snippet "{block.Snippet}" in {file}. First difference:
                      expected: {expectedLine}
                      actual:   {actualLine}
                    Change {file}, then write the documents with
                      {UpdateVariable}=1 dotnet test tests/Mprpc.Architecture.Tests --filter FullyQualifiedName~SnippetTests
                    """;
            }
        }
    }

    /// <summary>The document with each block as its snippet is.</summary>
    public static string Update(string text, SnippetRegions snippets)
    {
        string[] lines = Lines(text);
        List<string> updated = [];
        int next = 0;

        foreach (DocumentBlock block in DocumentBlock.Find(lines))
        {
            if (block.Snippet is not null && snippets.TryGet(block.Snippet, out _, out string code))
            {
                updated.AddRange(lines[next..block.First]);
                updated.AddRange(code.Split('\n').Select(line => line.Length > 0 ? block.Indentation + line : line));
                next = block.First + block.Count;
            }
        }

        return string.Join('\n', [.. updated, .. lines[next..]]);
    }

    private static string[] Lines(string text) => text.ReplaceLineEndings("\n").Split('\n');

    private static (string Expected, string Actual) FirstDifference(string expected, string actual)
    {
        string[] ofExpected = [.. expected.Split('\n'), "(the end)"];
        string[] ofActual = [.. actual.Split('\n'), "(the end)"];
        int same = ofExpected.Zip(ofActual).TakeWhile(pair => pair.First == pair.Second).Count();

        return (ofExpected[same], ofActual[same]);
    }
}
