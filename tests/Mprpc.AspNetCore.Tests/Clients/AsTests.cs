using Mprpc.AspNetCore.Tests.Clients.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Clients;

/// <summary><c>connection.As&lt;T&gt;()</c>: one peer, in types.</summary>
public sealed class AsTests
{
    // [0, 0, "screen.name", []]
    private const string AskForName = "940000ab73637265656e2e6e616d6590";

    [Fact]
    public async Task As_InAMethod_CallsItsCallerAndGivesTheResult()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        (MprpcClient client, _) = await host.JoinAsync(new Screen("ann"));
        await using MprpcClient owned = client;

        Assert.Equal("ann", await client.CallAsync<string>("ask_my_name").InTime());
        Assert.True(await client.CallAsync<bool>("confirm", "order").InTime());
    }

    [Fact]
    public async Task As_ToAPlainPeer_SendsAPlainRequestAndReadsItsAnswer()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 05 ab61736b5f6d795f6e616d65 90");
        string request = await peer.ReadMessageAsync();
        await peer.SendAsync("94 01 00 c0 a3626f62");
        string answer = await peer.ReadMessageAsync();

        Assert.Equal([AskForName, "940105c0a3626f62"], [request, answer]);
    }

    [Fact]
    public async Task With_AToken_CancelsTheCallAtThePeer()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var screen = new Screen
        {
            OnConfirm = async (_, stop) =>
            {
                await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancelled.SetResult();
                return false;
            },
        };
        (MprpcClient client, string id) = await host.JoinAsync(screen);
        await using MprpcClient owned = client;
        MprpcConnection connection = host.App.Services.GetRequiredService<IMprpcServer>().Connections.Single(one => one.Id == id);
        using var stop = new CancellationTokenSource();

        ValueTask<bool> asking = connection.As<IScreen>().With(stop.Token).ConfirmAsync("order", default);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.InTime());
        await cancelled.Task.InTime();
    }

    [Fact]
    public async Task As_AfterTheEnd_ThrowsAndNothingIsSent()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        (MprpcClient client, string id) = await host.JoinAsync(new Screen());
        MprpcConnection connection = host.App.Services.GetRequiredService<IMprpcServer>().Connections.Single(one => one.Id == id);
        IScreen screen = connection.As<IScreen>();
        await client.DisposeAsync();
        await Bounded.Until(() => connection.Closed.IsCancellationRequested, "the end of the connection");

        MprpcConnectionException exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => screen.NameAsync().InTime());

        Assert.False(exception.RequestWasSent);
        Assert.Throws<MprpcConnectionException>(() => screen.Show("late"));
    }
}
