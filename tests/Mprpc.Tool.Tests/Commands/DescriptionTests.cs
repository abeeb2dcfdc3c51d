using System.Text.Json;

namespace Mprpc.Tool.Tests.Commands;

/// <summary><c>mprpc list</c>, <c>describe</c> and <c>schema</c>, and completion, which remembers what they were told.</summary>
public sealed class DescriptionTests(ShopHost shop)
{
    [Fact]
    public async Task List_OfAServer_PrintsItsMethods()
    {
        string[] all = (await ToolProcess.OutputAsync("list", shop.Url)).Split('\n');

        Assert.Contains("sum", all);
        Assert.Contains("price", all);
        Assert.DoesNotContain("secret", all);
        Assert.Equal("sum", await ToolProcess.OutputAsync("list", shop.Url, "--prefix", "su"));
        Assert.Equal("sum(x: int32, y: int32 = 1) -> int32  Adds two numbers.", await ToolProcess.OutputAsync("list", shop.Url, "--prefix", "su", "-l"));
    }

    [Fact]
    public async Task Describe_OfAMethod_PrintsItsSignatureDocumentationAndTypes()
    {
        string sum = await ToolProcess.OutputAsync("describe", shop.Url, "sum");
        string price = await ToolProcess.OutputAsync("describe", shop.Url, "price");
        ToolRun nothing = await ToolProcess.RunAsync("describe", shop.Url, "nope");

        Assert.Equal("sum(x: int32, y: int32 = 1) -> int32\n  Adds two numbers.\n  x  The one.\n  y  The other.", sum);
        Assert.Contains("price(order: Order, rounding: Rounding = 1) -> Order\n  Gives the order a price.\n", price, StringComparison.Ordinal);
        Assert.Contains(
            "map Order\n  Title   str\n  Price   float64\n  Tags    list<str>\n  Counts  map<str,int32>\n  Due     timestamp?\n",
            price,
            StringComparison.Ordinal);
        Assert.Contains("enum Rounding\n  Up    = 1\n  Down  = 2", price, StringComparison.Ordinal);
        Assert.Equal(1, nothing.ExitCode);
        Assert.Contains("There is no method 'nope'", nothing.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schema_OfAServer_IsItsDescription()
    {
        JsonElement schema = await ToolProcess.JsonAsync("schema", shop.Url);

        Assert.Equal(1, schema.GetProperty("protocol").GetInt32());
        Assert.Contains(schema.GetProperty("functions").EnumerateArray(), method => method.GetProperty("name").GetString() == "sum");
    }

    [Fact]
    public async Task List_OfAServerWithoutDescription_SaysWhereThereIsOne()
    {
        (ChildProcess listening, string url) = await ToolProcess.ListenAsync("listen", "tcp://127.0.0.1:0", "--answer", "sum=3");
        await using ChildProcess process = listening;

        ToolRun run = await ToolProcess.RunAsync("list", url);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("'mprpc call' works without it.", run.Errors, StringComparison.Ordinal);
        Assert.Equal("3", await ToolProcess.OutputAsync("call", url, "sum", "1", "2"));
    }

    [Fact]
    public async Task Completion_OfAMethod_OffersWhatTheServerHasTold()
    {
        string line = $"mprpc call {shop.Url} pri";

        await ToolProcess.OutputAsync("list", shop.Url);
        string methods = await ToolProcess.OutputAsync($"[suggest:{line.Length}]", line);
        string commands = await ToolProcess.OutputAsync("[suggest:8]", "mprpc be");

        Assert.Equal("price", methods);
        Assert.Contains("bench", commands.Split('\n'));
    }

    [Fact]
    public async Task Completion_ScriptForBash_CompletesInABash()
    {
        string bash = Requirement.Program("bash", "bash");
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.PathOf("script"), await ToolProcess.OutputAsync("completion", "bash"));
        string tool = $"mprpc() {{ dotnet '{ToolProcess.Program}' \"$@\"; }}";
        string completed = await ChildProcess.RunAsync(
            bash,
            [
                "-c",
                $"{tool}; . '{folder.PathOf("script")}'; COMP_LINE='mprpc ben' COMP_POINT=9 COMP_WORDS=(mprpc ben) COMP_CWORD=1; _mprpc; "
                    + "echo \"${COMPREPLY[@]}\"",
            ]);

        Assert.Equal("bench", completed.Trim());
        Assert.StartsWith("#compdef mprpc", await ToolProcess.OutputAsync("completion", "zsh"), StringComparison.Ordinal);
    }
}
