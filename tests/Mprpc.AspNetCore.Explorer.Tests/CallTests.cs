using System.Net;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace Mprpc.AspNetCore.Explorer.Tests;

/// <summary>Calls by HTTP, as the page makes them: as the user of the request, through all that stands before a method.</summary>
public sealed class CallTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("-9223372036854775808")]
    [InlineData("18446744073709551615")]
    [InlineData("0.1")]
    [InlineData("""{"$f32":1.5}""")]
    [InlineData("""{"$f64":"NaN"}""")]
    [InlineData("\"a\\u00e9\\u4e2d\\n\"")]
    [InlineData("""{"$bin":"AAECAw=="}""")]
    [InlineData("""{"$ext":[-5,"AQI="]}""")]
    [InlineData("""{"$time":"2026-11-28T05:38:55.123456789Z"}""")]
    [InlineData("""{"$map":[[1,"one"],[null,2]]}""")]
    [InlineData("""[{"a":[1,2,{"b":true}]},[]]""")]
    public async Task Value_ThereAndBack_IsTheSame(string json)
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();

        string line = await host.CallAsync("echo", $"[{json}]");

        Assert.StartsWith("{\"result\":", line, StringComparison.Ordinal);
        Assert.Equal(Normal(json), Normal(line["{\"result\":".Length..line.IndexOf(",\"milliseconds\"", StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData("integers", "[-128, -9223372036854775808, 18446744073709551615]", "-128 -9223372036854775808 18446744073709551615")]
    [InlineData("bytes", """[{"$bin": "AAECAw=="}]""", "00010203")]
    [InlineData("numbered", """[{"$map": [[1, "one"], [2, "two"]]}]""", "1=one 2=two")]
    [InlineData("time", """[{"$time": "2026-11-28T05:38:55.25+01:00"}]""", "2026-11-28T04:38:55.2500000Z")]
    [InlineData("add", "[[1, 2, 3]]", null)]
    public async Task Value_AsDotNetReadsIt_IsExact(string method, string args, string? expected)
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();

        using JsonDocument line = JsonDocument.Parse(await host.CallAsync(method, args));

        Assert.Equal(expected ?? "6", line.RootElement.GetProperty("result").ToString());
    }

    [Theory]
    [InlineData("{", HttpStatusCode.BadRequest, "The request is not JSON")]
    [InlineData("", HttpStatusCode.BadRequest, "The request is not JSON")]
    [InlineData("[]", HttpStatusCode.BadRequest, "The request is Array; allowed is a JSON object.")]
    [InlineData("""{"endpoint": 0, "method": "sum"}""", HttpStatusCode.BadRequest, "The request lacks the array 'args'.")]
    [InlineData("""{"endpoint": 0, "args": []}""", HttpStatusCode.BadRequest, "The request lacks the text 'method'.")]
    [InlineData("""{"endpoint": 0, "method": "\ud800", "args": []}""", HttpStatusCode.BadRequest, "The request lacks the text 'method'.")]
    [InlineData("""{"endpoint": "0", "method": "sum", "args": []}""", HttpStatusCode.BadRequest, "The request lacks the number 'endpoint'.")]
    [InlineData("""{"endpoint": 7, "method": "sum", "args": []}""", HttpStatusCode.NotFound, "There is no endpoint 7; allowed are 0 to 0.")]
    [InlineData(
        """{"endpoint": 0, "method": "echo", "args": [18446744073709551616]}""", HttpStatusCode.BadRequest, "Argument 1 cannot be sent: The integer 1844")]
    [InlineData("""{"endpoint": 0, "method": "echo", "args": [1, {"$bin": 5}]}""", HttpStatusCode.BadRequest, "Argument 2 cannot be sent: \"$bin\" takes")]
    [InlineData("""{"endpoint": 0, "method": "echo", "args": ["\ud800"]}""", HttpStatusCode.BadRequest, "Argument 1 cannot be sent: A text has half")]
    public async Task Request_Odd_TellsWhatIsWrong(string body, HttpStatusCode status, string message)
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();

        using HttpResponseMessage response = await host.SendAsync("api/call", body);
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync().InTime());

        Assert.Equal(status, response.StatusCode);
        Assert.StartsWith(message, answer.RootElement.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_TooLarge_IsRefused()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();

        using HttpResponseMessage response = await host.SendAsync("api/call", new string(' ', (16 * 1024 * 1024) + 1));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData("fail", "[]", "Not today.", "closed", """{"left":3}""")]
    [InlineData("nothing", "[]", null, "unknown_method", null)]
    [InlineData("sum", "[1]", null, "invalid_params", null)]
    [InlineData("sum", """["a", 2]""", null, "invalid_params", null)]
    public async Task Error_OfACall_HasCodeAndData(string method, string args, string? message, string code, string? data)
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();

        using JsonDocument line = JsonDocument.Parse(await host.CallAsync(method, args));
        JsonElement error = line.RootElement.GetProperty("error");

        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(data, error.TryGetProperty("data", out JsonElement given) ? given.GetRawText() : null);
        Assert.True(message is null || message == error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Policy_OfAMethod_HidesAndDeniesIt()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();

        Assert.DoesNotContain("\"secret\"", await host.DescribeAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("\"secret\"", await host.DescribeAsync("ada"), StringComparison.Ordinal);
        Assert.Contains("\"secret\"", await host.DescribeAsync("admin"), StringComparison.Ordinal);
        Assert.Contains("\"code\":\"unauthenticated\"", await host.CallAsync("secret"), StringComparison.Ordinal);
        Assert.Contains("\"code\":\"forbidden\"", await host.CallAsync("secret", user: "ada"), StringComparison.Ordinal);
        Assert.StartsWith("{\"result\":\"secret\"", await host.CallAsync("secret", user: "admin"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task User_OfTheRequest_IsTheCalls()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();

        Assert.StartsWith("{\"result\":\"ada\"", await host.CallAsync("who", user: "ada"), StringComparison.Ordinal);
        Assert.StartsWith("{\"result\":\"nobody\"", await host.CallAsync("who"), StringComparison.Ordinal);
        Assert.Contains("\"user\":\"ada\"", await host.DescribeAsync("ada"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoint_ThatRequiresLogin_TakesTheRequestsUser()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync(configure: builder =>
        {
            builder.Configuration["Mprpc:Endpoints:closed:Url"] = "tcp://127.0.0.1:0";
            builder.Configuration["Mprpc:Endpoints:closed:RequireAuthentication"] = "true";
            builder.Services.AddMprpc().AddService<Gallery>();
        });
        const string Call = """{"endpoint": 1, "method": "who", "args": []}""";

        using HttpResponseMessage anonymous = await host.SendAsync("api/call", Call);
        using HttpResponseMessage user = await host.SendAsync("api/call", Call, ("X-User", "ada"));

        Assert.Contains("\"code\":\"unauthenticated\"", await anonymous.Content.ReadAsStringAsync().InTime(), StringComparison.Ordinal);
        Assert.StartsWith("{\"result\":\"ada\"", await user.Content.ReadAsStringAsync().InTime(), StringComparison.Ordinal);
        Assert.Matches("\"name\":\"closed at [^}]*\"error\":\\{[^}]*\"code\":\"unauthenticated\"", await host.DescribeAsync());
    }

    [Fact]
    public async Task Description_WhereInspectIsOff_IsThePagesAlone()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync("Production", map: app => app.MapMprpcExplorer().AllowAnonymous());
        await using Mprpc.Client.MprpcClient client = await host.ConnectAsync();

        string description = await host.DescribeAsync();
        var refused = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<MprpcRaw>("$/inspect").AsTask().InTime());

        Assert.Contains("\"Adds two numbers.\"", description, StringComparison.Ordinal);
        Assert.Contains($"\"url\":\"{host.RpcUrl}\"", description, StringComparison.Ordinal);
        Assert.Contains("$/inspect", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoint_ForOldPeers_KeepsBytesBytesAndErrorsWhole()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync(configure: builder =>
        {
            builder.Configuration["Mprpc:Endpoints:old:Url"] = "tcp://127.0.0.1:0";
            builder.Configuration["Mprpc:Endpoints:old:Peer"] = "MsgpackRpcJava";
            builder.Services.AddMprpc().AddService<Gallery>();
        });

        using HttpResponseMessage echo = await host.SendAsync("api/call", """{"endpoint": 1, "method": "echo", "args": [{"$bin": "AAEC"}]}""");
        using HttpResponseMessage fail = await host.SendAsync("api/call", """{"endpoint": 1, "method": "fail", "args": []}""");

        Assert.StartsWith("""{"result":{"$bin":"AAEC"}""", await echo.Content.ReadAsStringAsync().InTime(), StringComparison.Ordinal);
        Assert.Contains("\"code\":\"closed\"", await fail.Content.ReadAsStringAsync().InTime(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_OfAMethod_Hold()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        Task<string> first = host.CallAsync("alone");
        await host.State.Started.Task.InTime();

        string second = await host.CallAsync("alone");
        host.State.Released.SetResult();

        Assert.Contains("\"code\":\"busy\"", second, StringComparison.Ordinal);
        Assert.StartsWith("{\"result\":\"released\"", await first.InTime(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_OfAMethod_CountPeersToo()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Mprpc.Client.MprpcClient client = await host.ConnectAsync();
        Task<string> ofPeer = client.CallAsync<string>("alone").AsTask();
        await host.State.Started.Task.InTime();

        string ofPage = await host.CallAsync("alone");
        host.State.Released.SetResult();

        Assert.Contains("\"code\":\"busy\"", ofPage, StringComparison.Ordinal);
        Assert.Equal("released", await ofPeer.InTime());
    }

    [Fact]
    public async Task Limits_OfConnections_Hold()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync(configure: builder => builder.Configuration["Mprpc:Limits:MaxConnections"] = "1");
        Task<string> first = host.CallAsync("alone");
        await host.State.Started.Task.InTime();

        string second = await host.CallAsync("sum", "[1, 2]");
        host.State.Released.SetResult();
        await first.InTime();

        Assert.Contains("limit of open connections", second, StringComparison.Ordinal);

        // The place is free when the server's end has ended, behind the answer.
        string third = "";

        while (!third.StartsWith("{\"result\":3", StringComparison.Ordinal))
        {
            third = await host.CallAsync("sum", "[1, 2]").InTime();
        }
    }

    [Fact]
    public async Task RateLimiter_OfTheApplication_CountsCalls()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync(configure: builder =>
        {
            builder.Services.AddRateLimiter(options => options.AddFixedWindowLimiter(
                "few", limiter => (limiter.PermitLimit, limiter.Window) = (1, TimeSpan.FromDays(1))));
            builder.Services.AddMprpc(options => options.RateLimitingPolicy = "few");
        });

        string first = await host.CallAsync("sum", "[1, 2]");
        string second = await host.CallAsync("sum", "[1, 2]");

        Assert.StartsWith("{\"result\":3", first, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"rate_limited\"", second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_WhoseRequestIsAborted_IsCancelled()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        using var aborted = new CancellationTokenSource();
        Task<HttpResponseMessage> call = host.SendAsync("api/call", """{"endpoint": 0, "method": "alone", "args": []}""", aborted.Token);
        await host.State.Started.Task.InTime();

        await aborted.CancelAsync();

        await host.State.Ended.Task.InTime();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Empty(host.Warnings);
    }

    [Fact]
    public async Task Stream_ToItsEnd_TellsEachItem()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();

        using HttpResponseMessage response = await host.SendAsync(
            "api/call", """{"endpoint": 0, "method": "count", "args": [2000], "stream": true}""");
        string[] lines = (await response.Content.ReadAsStringAsync().InTime()).TrimEnd('\n').Split('\n');

        Assert.Equal(2001, lines.Length);
        Assert.All(Enumerable.Range(0, 2000), i => Assert.StartsWith($"{{\"item\":{i + 1},", lines[i], StringComparison.Ordinal));
        Assert.StartsWith("{\"end\":2000,", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_WhoseRequestIsAborted_EndsTheMethod()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        using HttpResponseMessage response = await host.SendAsync(
            "api/call", """{"endpoint": 0, "method": "endless", "args": [], "stream": true}""");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync().InTime());
        Assert.StartsWith("{\"item\":1,", await reader.ReadLineAsync().InTime(), StringComparison.Ordinal);
        Assert.False(host.State.Ended.Task.IsCompleted);

        response.Dispose();

        await host.State.Ended.Task.InTime();
        Assert.Empty(host.Warnings);
    }

    private static string Normal(string json) => JsonSerializer.Serialize(JsonElement.Parse(json));
}
