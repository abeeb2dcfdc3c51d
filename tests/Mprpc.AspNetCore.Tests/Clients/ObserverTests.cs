using System.Collections.Concurrent;
using Mprpc.AspNetCore.Tests.Clients.Kit;

namespace Mprpc.AspNetCore.Tests.Clients;

/// <summary>Observers of connections: told in order, and never able to harm one.</summary>
public sealed class ObserverTests
{
    [Fact]
    public async Task Observer_OfAConnection_IsToldInOrder()
    {
        await using RpcHost host = await LobbyHost.StartAsync(services: mprpc => mprpc.AddConnectionObserver<Presence>());
        Presence presence = host.App.Services.GetRequiredService<Presence>();

        await using (RawPeer peer = await host.DialWithHelloAsync())
        {
            await peer.AssertOpenAsync();
        }

        await Bounded.Until(() => presence.Told.Count == 3, "all three");
        Assert.Equal(["connected", "hello", "disconnected"], presence.Told);
    }

    [Fact]
    public async Task Observer_ThatThrowsEachTime_IsLoggedAndTheConnectionServes()
    {
        await using RpcHost host = await LobbyHost.StartAsync(services: mprpc => mprpc.AddConnectionObserver<Thrower>().AddConnectionObserver<Presence>());
        Presence presence = host.App.Services.GetRequiredService<Presence>();

        await using (RawPeer peer = await host.DialWithHelloAsync())
        {
            await peer.AssertOpenAsync();
        }

        await Bounded.Until(() => presence.Told.Count == 3, "all three");
        Assert.Equal(3, host.Log.Entries.Count(entry => entry.Event.Id == 112));
    }

    [Fact]
    public async Task Observer_ThatBlocks_KeepsNoConnectionFromBeingServed()
    {
        await using RpcHost host = await LobbyHost.StartAsync(services: mprpc => mprpc.AddConnectionObserver<Sleeper>());
        Sleeper sleeper = host.App.Services.GetRequiredService<Sleeper>();

        for (int i = 0; i < 3; i++)
        {
            await using RawPeer peer = await host.DialWithHelloAsync();
            await peer.AssertOpenAsync();
        }

        sleeper.Wake.SetResult();
    }

    [Fact]
    public async Task Observer_ThatCannotBeMade_FailsTheStart()
        => await Assert.ThrowsAsync<InvalidOperationException>(
            () => LobbyHost.StartAsync(services: mprpc => mprpc.AddConnectionObserver<Needy>()));

    private sealed class Needy(FormattableString nobody) : IMprpcConnectionObserver
    {
        public override string ToString() => nobody.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed class Presence : IMprpcConnectionObserver
    {
        public ConcurrentQueue<string> Told { get; } = new();

        public async ValueTask OnConnectedAsync(MprpcConnection connection)
        {
            await Task.Yield();
            Told.Enqueue("connected");
        }

        public ValueTask OnHelloAsync(MprpcConnection connection)
        {
            Told.Enqueue("hello");
            return ValueTask.CompletedTask;
        }

        public ValueTask OnDisconnectedAsync(MprpcConnection connection, Exception? reason)
        {
            Told.Enqueue("disconnected");
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Thrower : IMprpcConnectionObserver
    {
        public ValueTask OnConnectedAsync(MprpcConnection connection) => throw new InvalidOperationException("connected");

        public ValueTask OnHelloAsync(MprpcConnection connection) => throw new InvalidOperationException("hello");

        public async ValueTask OnDisconnectedAsync(MprpcConnection connection, Exception? reason)
        {
            await Task.Yield();
            throw new InvalidOperationException("disconnected");
        }
    }

    private sealed class Sleeper : IMprpcConnectionObserver
    {
        public TaskCompletionSource Wake { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask OnConnectedAsync(MprpcConnection connection) => await Wake.Task;
    }
}
