using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Connections;

/// <summary>What the application sees of its connections and calls, and how it ends them.</summary>
public sealed class ServerConnectionsTests
{
    [Fact]
    public async Task Connections_OfAllListeners_AreSeenWhileTheyAreOpen()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app =>
            {
                app.MapMprpcService<Worker>(0);
                app.MapMprpcService<Worker>("tcp://127.0.0.1:0");
            });
        var server = host.App.Services.GetRequiredService<IMprpcServer>();
        await using RawPeer first = await RawPeer.DialAsync(host.Endpoints[0]);
        RawPeer second = await RawPeer.DialAsync(host.Endpoints[1]);
        await first.AssertOpenAsync();
        await second.AssertOpenAsync();

        IReadOnlyList<MprpcConnection> both = server.Connections;
        await second.DisposeAsync();
        await Bounded.Until(() => server.ConnectionCount == 1, "that the closed connection is gone");

        Assert.Equal(2, both.Count);
        Assert.Equal(2, both.Select(connection => connection.Id).Distinct().Count());
        Assert.Equal(host.Endpoints[0], Assert.Single(server.Connections).LocalEndPoint);
    }

    [Fact]
    public async Task RunningCalls_AreCountedUntilTheyHaveEnded()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using RpcHost host = await RpcHost.StartAsync<Worker>(services: services => services.AddSingleton(gate));
        var server = host.App.Services.GetRequiredService<IMprpcServer>();
        await using MprpcClient client = host.CreateClient();
        Task[] calls = [client.CallAsync("wait").AsTask(), client.CallAsync("wait").AsTask()];

        await Bounded.Until(() => server.RunningCallCount == 2, "that both calls run");
        gate.SetResult();
        await Task.WhenAll(calls).InTime();

        await Bounded.Until(() => server.RunningCallCount == 0, "that no call runs");
    }

    [Fact]
    public async Task Abort_OfOne_LeavesTheOthers()
    {
        await using RpcHost host = await RpcHost.StartAsync<Worker>();
        var server = host.App.Services.GetRequiredService<IMprpcServer>();
        await using RawPeer first = await host.DialAsync();
        await first.AssertOpenAsync();
        MprpcConnection connection = Assert.Single(server.Connections);
        await using RawPeer second = await host.DialAsync();
        await second.AssertOpenAsync();

        connection.Abort();

        await first.ReadToAnyEndAsync();
        await second.AssertOpenAsync();
        await Bounded.Until(() => server.ConnectionCount == 1, "that the aborted connection is gone");
    }

    [Fact]
    public async Task AbortConnections_WhileOthersCome_EndsThoseThatAreThereAndAcceptsNewOnes()
    {
        await using RpcHost host = await RpcHost.StartAsync<Worker>();
        var server = host.App.Services.GetRequiredService<IMprpcServer>();
        List<RawPeer> peers = [];

        for (int i = 0; i < 10; i++)
        {
            peers.Add(await host.DialAsync());
            await peers[i].AssertOpenAsync();
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(server.AbortConnections))).InTime();

        foreach (RawPeer peer in peers)
        {
            await peer.ReadToAnyEndAsync();
            await peer.DisposeAsync();
        }

        await using RawPeer late = await host.DialAsync();
        await late.AssertOpenAsync();
    }

    private sealed class Worker(IServiceProvider services)
    {
        public int Sum(int x, int y) => x + y;

        public Task WaitAsync() => services.GetRequiredService<TaskCompletionSource>().Task;
    }
}
