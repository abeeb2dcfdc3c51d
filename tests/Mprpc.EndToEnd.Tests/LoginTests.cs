using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Mprpc.Client;

namespace Mprpc.EndToEnd.Tests;

/// <summary>samples/WebApp: one token, and one policy, for HTTP and MessagePack-RPC.</summary>
[Collection(SampleApplication.Name)]
public sealed class LoginTests
{
    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized, "unauthenticated")]
    [InlineData("somebody", HttpStatusCode.Forbidden, "forbidden")]
    [InlineData("admin", HttpStatusCode.OK, null)]
    public async Task AdminMethod_ByUser_IsAnsweredAlikeOverHttpAndRpc(string? user, HttpStatusCode overHttp, string? overRpc)
    {
        int port = Requirement.AnyFreePort();
        await using ChildProcess app = await Sample.StartWebAppAsync(port, "--environment", "Development");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await using var rpc = new MprpcClient($"tcp://127.0.0.1:{Sample.RpcPort}");

        if (user is not null)
        {
            string token = await LogInAsync(http, user);
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            await rpc.CallAsync("$/authenticate", "Bearer", token).AsTask().InTime();
        }

        await rpc.CallAsync("add_todo", "to be cleared").AsTask().InTime();
        Exception? refused = await Record.ExceptionAsync(async () => Assert.Equal(1, await rpc.CallAsync<int>("clear_todos").AsTask().InTime()));
        using HttpResponseMessage response = await http.DeleteAsync(new Uri("/todos", UriKind.Relative)).InTime();

        Assert.Equal(overRpc, (refused as MprpcRemoteException)?.Code);
        Assert.True(refused is null or MprpcRemoteException, refused?.ToString());
        Assert.Equal(overHttp, response.StatusCode);
    }

    [Fact]
    public async Task Login_WithAForgedToken_IsRefusedAndTheTokenIsInNoOutput()
    {
        int port = Requirement.AnyFreePort();
        await using ChildProcess app = await Sample.StartWebAppAsync(port, "--environment", "Development", "--Logging:LogLevel:Default=Trace");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await using var rpc = new MprpcClient($"tcp://127.0.0.1:{Sample.RpcPort}");
        string token = await LogInAsync(http, "somebody");
        string forged = token[..(token.LastIndexOf('.') + 1)] + new string('A', 43);

        var refused = await Assert.ThrowsAsync<MprpcRemoteException>(() => rpc.CallAsync("$/authenticate", "Bearer", forged).AsTask().InTime());
        await rpc.CallAsync("$/authenticate", "Bearer", token).AsTask().InTime();
        await app.TerminateAsync();
        await app.WaitForExitAsync();

        Assert.Equal("unauthenticated", refused.Code);
        Assert.Contains("Mprpc.Security", app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(token[token.LastIndexOf('.')..], app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(forged[forged.LastIndexOf('.')..], app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_OfTheRunningApplication_IsHealthy()
    {
        int port = Requirement.AnyFreePort();
        await using ChildProcess app = await Sample.StartWebAppAsync(port);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        Assert.Equal("Healthy", await http.GetStringAsync(new Uri("/health", UriKind.Relative)).InTime());
    }

    private static async Task<string> LogInAsync(HttpClient http, string user)
    {
        using HttpResponseMessage response = await http.PostAsJsonAsync(new Uri("/login", UriKind.Relative), new { name = user }).InTime();
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync().InTime();
    }
}
