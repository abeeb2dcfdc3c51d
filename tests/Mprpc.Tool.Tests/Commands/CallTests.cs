using System.Text.Json;

namespace Mprpc.Tool.Tests.Commands;

/// <summary><c>mprpc call</c> and <c>mprpc notify</c>: arguments, results, ways of output.</summary>
public sealed class CallTests(ShopHost shop)
{
    [Theory]
    [InlineData("3", "sum", "1", "2")]
    [InlineData("-1", "sum", "-1", "0")]
    [InlineData("2", "sum", "1")]
    [InlineData("\"42\"", "text", "42")]
    [InlineData("\"42\"", "text", "\"42\"")]
    [InlineData("\"true\"", "text", "true")]
    [InlineData("\"a b\"", "text", "a b")]
    [InlineData("\"0102\"", "bytes", "hex:0102")]
    [InlineData("\"0102\"", "bytes", "b64:AQI=")]
    [InlineData("\"0102\"", "bytes", """{"$bin":"AQI="}""")]
    [InlineData("8", "total", "ab", "1", "2", "3")]
    [InlineData("2", "round", "Down")]
    [InlineData("""{"$time":"2026-11-28T00:00:01Z"}""", "later", "2026-11-28T00:00:00Z")]
    [InlineData(
        """{"Title":"tea","Price":2.0,"Tags":["a"],"Counts":{"b":1},"Due":null}""", "price",
        """{"Title":"tea","Price":1.5,"Tags":["a"],"Counts":{"b":1},"Due":null}""")]
    [InlineData("[2.5,3.5]", "move", "[1.0,2.0]", "1.5")]
    [InlineData("""{"$ext":[5,"AQI="]}""", "echo", """{"$ext":[5,"AQI="]}""")]
    [InlineData("""{"$ext":[5,"AQI="]}""", "echo", "msgpack:d5050102")]
    [InlineData("18446744073709551615", "echo", "18446744073709551615")]
    [InlineData("\"@nobody\"", "echo", "@nobody", "--text")]
    [InlineData("\"--nope\"", "echo", "--", "--nope")]
    [InlineData("1", "echo", "1", "--json")]
    [InlineData("\"1\"", "echo", "1", "--text")]
    [InlineData("\"b\"", "tenant", "--meta", "tenant=b")]
    public async Task Call_WithArguments_PrintsTheResult(string expected, params string[] call)
        => Assert.Equal(expected, await ToolProcess.OutputAsync(["call", shop.Url, .. call]));

    [Theory]
    [InlineData("--plain", "3", "sum", "1", "2")]
    [InlineData("--peer=BeforeStr8AndBin", "\"42\"", "text", "\"42\"")]
    public async Task Call_OfAPlainPeer_IsTheSameWithoutASignature(string option, string expected, params string[] call)
        => Assert.Equal(expected, await ToolProcess.OutputAsync(["call", shop.Url, .. call, option]));

    [Fact]
    public async Task Call_OverAWebSocket_PrintsTheResult() => Assert.Equal("3", await ToolProcess.OutputAsync("call", shop.WebSocket, "sum", "1", "2"));

    [Fact]
    public async Task Call_WithFilesAndInput_SendsTheirContent()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.PathOf("bytes"), [1, 2]);

        Assert.Equal("\"0102\"", await ToolProcess.OutputAsync("call", shop.Url, "bytes", $"@{folder.PathOf("bytes")}"));
        Assert.Equal("\"6162\"", (await ToolProcess.RunAsync(["call", shop.Url, "bytes", "@-"], input: "ab")).Output);
        Assert.Equal("[1,2]", (await ToolProcess.RunAsync(["call", shop.Url, "echo", "-"], input: "[1, 2]")).Output);
    }

    [Theory]
    [InlineData("raw", "a", "\"a\"")]
    [InlineData("hex", "a161", "\"a\"")]
    [InlineData("json", "{\"a\":1}", "{\"a\":1}")]
    [InlineData("pretty", "{\n  \"a\": 1\n}", "{\"a\":1}")]
    [InlineData("table", "a  b\n1  xy\n2", "[{\"a\":1,\"b\":\"xy\"},{\"a\":2}]")]
    [InlineData("none", "", "1")]
    public async Task Call_WithAWayOfOutput_PrintsSo(string mode, string expected, string value)
        => Assert.Equal(expected, await ToolProcess.OutputAsync("call", shop.Url, "echo", value, "-o", mode));

    [Fact]
    public async Task Call_OfAStream_PrintsALineForEachItemAndEndsAfterMax()
    {
        Assert.Equal("0\n1\n2", await ToolProcess.OutputAsync("call", shop.Url, "count", "3"));
        Assert.Equal("0\n1", await ToolProcess.OutputAsync("call", shop.Url, "count", "1000000000", "--max", "2"));
        Assert.Equal("[0,1,2]", await ToolProcess.OutputAsync("call", shop.Url, "count", "3", "--plain"));
    }

    [Fact]
    public async Task Call_Full_PrintsResultOrErrorWithFigures()
    {
        JsonElement good = await ToolProcess.JsonAsync("call", shop.Url, "sum", "1", "2", "--full");
        ToolRun refused = await ToolProcess.RunAsync("call", shop.Url, "refuse", "--full");

        Assert.Equal(3, good.GetProperty("result").GetInt32());
        Assert.Equal((2, 1), (good.GetProperty("argument_bytes").GetInt32(), good.GetProperty("result_bytes").GetInt32()));
        Assert.True(good.GetProperty("milliseconds").GetDouble() > 0);
        Assert.Equal(1, refused.ExitCode);
        JsonElement error = JsonElement.Parse(refused.Output).GetProperty("error");
        Assert.Equal(("No.", "refused"), (error.GetProperty("message").GetString(), error.GetProperty("code").GetString()));
        Assert.Equal("""{"left":3}""", error.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Call_OfADeprecatedMethod_WarnsOnTheStandardError()
    {
        ToolRun run = await ToolProcess.RunAsync("call", shop.Url, "add", "1", "2");

        Assert.Equal(("3", "Warning: 'add' is deprecated. Use sum."), (run.Output, run.Errors));
    }

    [Fact]
    public async Task Notify_OfAMethod_ReachesIt()
    {
        ToolRun run = await ToolProcess.RunAsync("notify", shop.Url, "note", "7");

        Assert.Equal(new ToolRun(0, "", ""), run);
        await Bounded.Until(() => Shop.Noted.Contains("7"), "the notification");
    }
}
