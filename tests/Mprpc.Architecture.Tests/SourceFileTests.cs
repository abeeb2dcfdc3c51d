using System.Text.RegularExpressions;

namespace Mprpc.Architecture.Tests;

/// <summary>The shape of the files under src, and the length of lines under tests: what the compiler and the analyzers do not check.</summary>
public sealed partial class SourceFileTests
{
    private const int MaxLines = 400;
    private const int MaxColumns = 160;

    [Fact]
    public void File_UnderSrc_HasAtMostFourHundredLines()
    {
        string[] tooLong = [.. Sources().Where(file => Repository.ReadLines(file).Length > MaxLines)];

        Expect.Nothing(tooLong);
    }

    [Fact]
    public void Line_UnderSrcOrTests_HasAtMostOneHundredAndSixtyColumns()
    {
        List<string> tooLong = [];

        foreach (string file in Sources().Concat(Repository.Files("tests", ".cs")))
        {
            string[] lines = Repository.ReadLines(file);
            tooLong.AddRange(Enumerable.Range(0, lines.Length).Where(i => lines[i].Length > MaxColumns).Select(i => $"{file}:{i + 1}"));
        }

        Expect.Nothing(tooLong);
    }

    [Fact]
    public void File_UnderSrc_HasAtMostOnePublicTopLevelType()
    {
        List<string> wrong = [];

        foreach (string file in Sources())
        {
            string[] names = [.. Code(file).SelectMany(line => PublicTopLevelType().Matches(line)).Select(match => match.Groups[1].Value)];

            if (names.Length > 1)
            {
                wrong.Add($"{file}: {string.Join(", ", names)}");
            }
        }

        Expect.Nothing(wrong);
    }

    [Fact]
    public void File_UnderSrcWithATypeOrNamespace_HasAFileScopedNamespace()
    {
        List<string> wrong = [];

        foreach (string file in Sources())
        {
            string[] lines = [.. Code(file)];
            bool declares = lines.Any(line => AnyNamespace().IsMatch(line) || TypeName().IsMatch(line));

            if (declares && (!lines.Any(line => FileScopedNamespace().IsMatch(line)) || lines.Any(line => BlockNamespace().IsMatch(line))))
            {
                wrong.Add(file);
            }
        }

        Expect.Nothing(wrong);
    }

    [Fact]
    public void Type_UnderSrc_IsNamedForWhatItDoes()
    {
        List<string> wrong = [];

        foreach (string file in Sources())
        {
            wrong.AddRange(Code(file)
                .SelectMany(line => TypeName().Matches(line))
                .Select(match => match.Groups[1].Value)
                .Where(name => NameWithoutMeaning().IsMatch(name))
                .Select(name => $"{file}: {name}"));
        }

        Expect.Nothing(wrong);
    }

    [Fact]
    public void Method_UnderSrc_IsNotAsyncVoid()
    {
        // The exceptions of async void end the process; the compiler's use of its builder is invisible to the banned-symbols analyzer.
        string[] wrong = [.. Sources().Where(file => Code(file).Any(line => AsyncVoid().IsMatch(line)))];

        Expect.Nothing(wrong);
    }

    private static List<string> Sources()
    {
        List<string> sources = Repository.Files("src", ".cs");

        Assert.NotEmpty(sources);
        return sources;
    }

    /// <summary>The file's lines without line comments and without the inner lines of raw strings, which may hold generated code.</summary>
    private static IEnumerable<string> Code(string file)
    {
        bool inRawString = false;

        foreach (string line in Repository.ReadLines(file))
        {
            bool toggles = RawStringFence().Count(line) % 2 == 1;

            if (!inRawString)
            {
                yield return LineComment().Replace(line, "");
            }

            inRawString ^= toggles;
        }
    }

    [GeneratedRegex("\"{3,}")]
    private static partial Regex RawStringFence();

    [GeneratedRegex(@"(^|\s)//.*$")]
    private static partial Regex LineComment();

    // Under a file-scoped namespace a top-level type begins at the margin.
    [GeneratedRegex(@"^public\s(?:[\w\s]*\s)?(?:class|struct|interface|enum|record|delegate\s+[\w<>?\[\],. ]+)\s+(\w+)")]
    private static partial Regex PublicTopLevelType();

    [GeneratedRegex(@"^\s*(?:[a-z]+\s+)*(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?|delegate\s+[\w<>?\[\],. ]+)\s+([A-Z_]\w*)")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"Helper|Util|Manager|Common")]
    private static partial Regex NameWithoutMeaning();

    [GeneratedRegex(@"^\s*namespace\s")]
    private static partial Regex AnyNamespace();

    [GeneratedRegex(@"^namespace\s+[\w.]+;")]
    private static partial Regex FileScopedNamespace();

    [GeneratedRegex(@"^\s*namespace\s+[\w.]+\s*(\{|$)")]
    private static partial Regex BlockNamespace();

    [GeneratedRegex(@"\basync\s+void\s+\w+\s*[<(]")]
    private static partial Regex AsyncVoid();
}
