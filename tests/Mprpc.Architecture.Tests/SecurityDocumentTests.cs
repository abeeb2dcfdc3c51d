using System.Text.RegularExpressions;

namespace Mprpc.Architecture.Tests;

/// <summary>The tests that SECURITY.md names for its promises are there.</summary>
public sealed partial class SecurityDocumentTests
{
    [Fact]
    public void Promises_OfTheTable_NameTestsThatAreThere()
    {
        string[] rows =
        [
            .. Repository.ReadLines("SECURITY.md").SkipWhile(line => line != "| promise | tests |").Skip(2).TakeWhile(line => line.StartsWith('|')),
        ];
        Dictionary<string, string> classes = Repository.Files("tests", "Tests.cs").ToLookup(file => Path.GetFileNameWithoutExtension(file), Repository.ReadText)
            .ToDictionary(group => group.Key, group => string.Concat(group));
        List<string> wrong = [];

        foreach (string row in rows)
        {
            Match[] tests = Test().Matches(row).ToArray();

            if (tests.Length == 0)
            {
                wrong.Add($"No test is named: {row}");
            }

            wrong.AddRange(tests
                .Where(
                    test => !classes.TryGetValue(test.Groups[1].Value, out string? code)
                        || !code.Contains($" {test.Groups[2].Value}(", StringComparison.Ordinal))
                .Select(test => $"There is no test {test.Value}."));
        }

        Assert.NotEmpty(rows);
        Expect.Nothing(wrong);
    }

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex Test();
}
