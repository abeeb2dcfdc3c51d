using System.Text.Json;

namespace Mprpc.Tool.Tests.Commands;

/// <summary><c>mprpc listen</c> and <c>mprpc proxy</c></summary>
public sealed class ListenTests(ShopHost shop)
{
    [Fact]
    public async Task Listen_WithAnswers_GivesThemInTurnAndPrintsMessages()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.PathOf("script"), "# the second answer\n\nsum=4\nfail!=\"No.\"\n");
        (ChildProcess listening, string url) = await ToolProcess.ListenAsync(
            "listen", "tcp://127.0.0.1:0", "--answer", "sum=3", "--script", folder.PathOf("script"), "--max", "5");
        await using ChildProcess process = listening;

        string[] sums = [(await CallAsync("sum", "1", "2")).Output, (await CallAsync("sum")).Output, (await CallAsync("sum")).Output];
        ToolRun failed = await CallAsync("fail");
        ToolRun unknown = await CallAsync("nope");
        await process.WaitForExitAsync();

        Assert.Equal(["3", "4", "4"], sums);
        Assert.Equal((1, "Error: No."), (failed.ExitCode, failed.Errors));
        Assert.Contains("--answer nope=RESULT", unknown.Errors, StringComparison.Ordinal);
        Assert.Equal(0, process.ExitCode);
        JsonElement[] lines = [.. process.Output.ReplaceLineEndings("\n").Trim().Split('\n').Select(line => JsonElement.Parse(line))];
        Assert.Equal(10, lines.Length);
        Assert.Equal(
            ("client", "request", "sum", "[1,2]"),
            (Text(lines[0], "from"), Text(lines[0], "type"), Text(lines[0], "method"), lines[0].GetProperty("params").GetRawText()));
        Assert.Equal(("server", "response", "3"), (Text(lines[1], "from"), Text(lines[1], "type"), lines[1].GetProperty("result").GetRawText()));

        Task<ToolRun> CallAsync(params string[] call) => ToolProcess.RunAsync(["call", url, .. call, "--plain"]);
    }

    [Fact]
    public async Task Listen_OnAUnixSocket_IsCalled()
    {
        using var folder = new TemporaryFolder();
        (ChildProcess listening, string url) = await ToolProcess.ListenAsync("listen", $"unix://{folder.PathOf("s")}", "--answer", "text=a");
        await using ChildProcess process = listening;

        Assert.Equal("\"a\"", await ToolProcess.OutputAsync("call", url, "text", "--plain"));
    }

    [Fact]
    public async Task Proxy_BeforeAServer_ShowsAndRecordsEachMessage()
    {
        using var folder = new TemporaryFolder();
        (ChildProcess listening, string url) = await ToolProcess.ListenAsync(
            "proxy", "--listen", "tcp://127.0.0.1:0", "--to", shop.Url, "--record", folder.PathOf("record"));
        await using ChildProcess process = listening;

        string result = await ToolProcess.OutputAsync("call", url, "sum", "1", "2", "--plain");
        await Bounded.Until(() => process.Output.Contains("\"response\"", StringComparison.Ordinal), "the answer's line");

        Assert.Equal("3", result);
        JsonElement[] shown = [.. process.Output.ReplaceLineEndings("\n").Trim().Split('\n').Select(line => JsonElement.Parse(line))];
        Assert.Equal(["client request sum", "server response sum"], shown.Select(line => $"{Text(line, "from")} {Text(line, "type")} {Text(line, "method")}"));
        JsonElement[] recorded = [.. File.ReadAllLines(folder.PathOf("record")).Select(line => JsonElement.Parse(line))];
        Assert.Equal(2, recorded.Length);
        Assert.Matches("^9400.{1,10}a373756d920102$", Text(recorded[0], "frame"));
        Assert.Matches("^9401.{1,10}c003$", Text(recorded[1], "frame"));
        Assert.True(recorded[0].GetProperty("at").GetDouble() <= recorded[1].GetProperty("at").GetDouble());
    }

    [Fact]
    public async Task Proxy_BytesThatAreNoMessagePack_ArePassedOn()
    {
        (ChildProcess listening, string url) = await ToolProcess.ListenAsync(
            "proxy", "--listen", "tcp://127.0.0.1:0", "--to", shop.Http.Replace("http://", "tcp://", StringComparison.Ordinal));
        await using ChildProcess process = listening;
        using var http = new HttpClient();

        using HttpResponseMessage answer = await http.GetAsync(new Uri(url.Replace("tcp://", "http://", StringComparison.Ordinal) + "/nothing")).InTime();

        Assert.Equal(404, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("'sum' is not an answer", "listen", "tcp://127.0.0.1:0", "--answer", "sum")]
    [InlineData("Cannot listen on ws://", "listen", "ws://127.0.0.1:1/")]
    [InlineData("A proxy cannot lead to ws://", "proxy", "--listen", "tcp://127.0.0.1:0", "--to", "ws://127.0.0.1:1/")]
    [InlineData("Cannot write to", "proxy", "--listen", "tcp://127.0.0.1:0", "--to", "tcp://127.0.0.1:1", "--record", "/does/not/exist")]
    public async Task Command_ThatCannotBegin_SaysWhy(string said, params string[] arguments)
    {
        ToolRun run = await ToolProcess.RunAsync(arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(said, run.Errors, StringComparison.Ordinal);
    }

    private static string Text(JsonElement line, string key) => line.GetProperty(key).GetString()!;
}
