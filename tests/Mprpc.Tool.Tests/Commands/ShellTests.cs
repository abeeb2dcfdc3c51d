using Mprpc.Tool.Shell;

namespace Mprpc.Tool.Tests.Commands;

/// <summary><c>mprpc shell</c></summary>
public sealed class ShellTests(ShopHost shop)
{
    [Fact]
    public async Task Shell_LinesOfCalls_AreMadeOverOneConnection()
    {
        ToolRun run = await ToolProcess.RunAsync(
            ["shell", shop.Url], input: "sum 1 2\n!!\necho {\"a\": [1, 2]}\ntext 'it is'\n\n.describe sum\nnope\n.nothing\necho {\nsum 2 3\n.exit\nsum 9 9\n");

        Assert.Equal(
            "3\n3\n{\"a\":[1,2]}\n\"it is\"\nsum(x: int32, y: int32 = 1) -> int32\n  Adds two numbers.\n  x  The one.\n  y  The other.\n5", run.Output);
        Assert.Contains("'nope' not found", run.Errors, StringComparison.Ordinal);
        Assert.Contains("'.nothing' is not a command of the shell", run.Errors, StringComparison.Ordinal);
        Assert.Contains("not closed", run.Errors, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Shell_LastLineFails_EndsWithItsCode()
        => Assert.Equal(1, (await ToolProcess.RunAsync(["shell", shop.Url], input: "sum 1 2\nrefuse\n")).ExitCode);

    [Theory]
    [InlineData("a b  c", "a|b|c")]
    [InlineData("a 'b c' d", "a|b c|d")]
    [InlineData("""a "b c" d""", """a|"b c"|d""")]
    [InlineData("""a {"b": ["c ]", 1]} d""", """a|{"b": ["c ]", 1]}|d""")]
    [InlineData("""a "b\" c" d""", """a|"b\" c"|d""")]
    [InlineData("a ''", "a|")]
    public void Line_OfWords_IsSplitAtBlanksOutsideOfValues(string line, string expected) => Assert.Equal(expected, string.Join('|', Words.Split(line)));

    [Theory]
    [InlineData("a 'b")]
    [InlineData("a \"b")]
    [InlineData("a \"b\\")]
    [InlineData("a [1")]
    public void Line_NotClosed_IsRefused(string line) => Assert.Throws<FormatException>(() => Words.Split(line));
}
