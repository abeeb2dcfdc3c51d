namespace Mprpc.TypeScript.Tests;

/// <summary>The client in node against our server, over its WebSocket.</summary>
public sealed class ServerTests
{
    public static TheoryData<string> Cases { get; } =
    [
        "values", "errors", "concurrent", "cancel", "deadline", "metadata", "notify", "push", "arrays", "streams", "gauges", "typed", "reconnect", "examples",
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Client_OfOurServer_Passes(string name)
    {
        await NodePackage.RequireAsync();
        await using DeskHost host = await DeskHost.StartAsync();

        await NodePackage.RunAsync("live.js", name, host.WebSocket);
    }

    [Theory]
    [InlineData("values")]
    [InlineData("concurrent")]
    [InlineData("arrays")]
    [InlineData("plain")]
    [InlineData("short_streams")]
    public async Task Client_OfAServerWithoutExtensions_Passes(string name)
    {
        await NodePackage.RequireAsync();
        await using DeskHost host = await DeskHost.StartAsync(endpoint: options => options.Extensions = false);

        await NodePackage.RunAsync("live.js", name, host.WebSocket);
    }

    [Fact]
    public async Task Server_Stops_ItsClientGoesToAnotherAndNoCallFails()
    {
        await NodePackage.RequireAsync();
        await using DeskHost first = await DeskHost.StartAsync("first");
        await using DeskHost second = await DeskHost.StartAsync("second");
        await using ChildProcess node = NodePackage.Start("live.js", "handover", first.WebSocket, second.WebSocket);
        await node.WaitForLineAsync();

        await first.StopAsync();

        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, $"{node.Output}{node.Errors}");
    }

    [Fact]
    public async Task Server_Restarts_ItsClientIsThereAgain()
    {
        await NodePackage.RequireAsync();
        DeskHost first = await DeskHost.StartAsync("first");
        await using ChildProcess node = NodePackage.Start("live.js", "restart", first.WebSocket);
        await node.WaitForLineAsync();

        int port = new Uri(first.Http).Port;
        await first.StopAsync();
        await first.DisposeAsync();
        await using DeskHost second = await DeskHost.StartAsync("second", port);

        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, $"{node.Output}{node.Errors}");
    }
}
