using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Stopping;

/// <summary>A server that stops accepts no more, answers what was sent before, and ends its connections with FIN (docs/protocol.md 9.2).</summary>
/// <remarks>The hosts of the tests have more time to stop than a test waits: one that does not end a connection fails its test.</remarks>
public sealed class StopTests
{
    [Fact]
    public async Task Connection_Idle_DoesNotDelayTheStop()
    {
        await using RpcHost host = await RpcHost.StartAsync<Worker>();
        await using RawPeer used = await host.DialAsync();
        await using RawPeer silent = await host.DialAsync();
        await used.AssertOpenAsync();

        await host.App.StopAsync().InTime();

        Assert.Equal("", await used.ReadToEndAsync());
        Assert.Equal("", await silent.ReadToEndAsync());
    }

    [Fact]
    public async Task Connection_IdleOnAListenerOfKestrel_DoesNotDelayTheStop()
    {
        await using RpcHost host = await RpcHost.StartOnKestrelAsync(options => options.MapService<Worker>());
        await using RawPeer peer = await RawPeer.DialAsync(host.Http);
        await peer.AssertOpenAsync();

        await host.App.StopAsync().InTime();

        Assert.Equal("", await peer.ReadToEndAsync());
    }

    [Fact]
    public async Task Connection_InTheMiddleOfAMessage_DoesNotDelayTheStop()
    {
        await using RpcHost host = await RpcHost.StartAsync<Worker>();
        await using RawPeer peer = await host.DialAsync();
        await peer.AssertOpenAsync();
        await peer.SendAsync("94 00 01 a3");

        await host.App.StopAsync().InTime();
    }

    [Fact]
    public async Task Call_InFlight_IsAnsweredBeforeTheEnd()
    {
        var gate = new Gate();
        await using RpcHost host = await RpcHost.StartAsync<Worker>(services: services => services.AddSingleton(gate));
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync("94 00 07 a4776f726b 90");
        await gate.Entered.Task.InTime();

        Task stopping = host.App.StopAsync();
        await Bounded.Until(() => !host.CanDial(), "that no more connections are accepted");
        gate.Opened.SetResult();
        string answers = await peer.ReadToEndAsync();
        await stopping.InTime();

        Assert.Equal("940107c001", answers);
    }

    [Fact]
    public async Task Calls_SentBeforeTheStop_AreAllAnswered()
    {
        await using RpcHost host = await RpcHost.StartAsync<Worker>();
        await using RawPeer peer = await host.DialAsync();
        await peer.AssertOpenAsync();
        await peer.SendAsync(string.Concat(Enumerable.Repeat("94 00 01 SUM", 50)));
        string first = await peer.ReadMessageAsync();

        Task stopping = host.App.StopAsync();
        string rest = await peer.ReadToEndAsync();
        await stopping.InTime();

        Assert.Equal("940101c003" + Hex.Repeat("940101c003", 49), first + rest);
    }

    [Fact]
    public async Task Call_ThatNeverEnds_IsAbandonedAtTheDeadline()
    {
        var gate = new Gate();
        await using RpcHost host = await RpcHost.StartAsync<Worker>(services: services => services
            .AddSingleton(gate)
            .Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1)));
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync("94 00 07 a4776f726b 90");
        await gate.Entered.Task.InTime();
        var watch = Stopwatch.StartNew();

        await host.App.StopAsync().InTime();

        Assert.True(watch.Elapsed > TimeSpan.FromMilliseconds(900), $"It took {watch.Elapsed}.");
        Assert.Equal("", await peer.ReadToAnyEndAsync());
    }

    [Fact]
    public async Task Peer_ThatHasFinishedAndLeavesWithoutReading_DoesNotDelayTheStop()
    {
        await using RpcHost host = await RpcHost.StartAsync<Worker>();
        RawPeer peer = await host.DialAsync();

        // Answers that do not fit into the buffers of both sides, then FIN, then RST while the server is still writing.
        await peer.SendAsync(string.Concat(Enumerable.Repeat("94 00 01 a36c6f74 90", 60)));
        peer.FinishSending();
        await peer.ReadMessageAsync();
        peer.Reset();
        await host.App.StopAsync().InTime();
    }

    [Fact]
    public async Task Listener_AfterTheStop_IsGone()
    {
        await using RpcHost host = await RpcHost.StartAsync<Worker>();
        await using MprpcClient client = host.CreateClient();
        await client.CallAsync<int>("sum", 1, 2).InTime();

        await host.App.StopAsync().InTime();

        await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", 1, 2).InTime());
    }

    private sealed class Gate
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Worker(IServiceProvider services)
    {
        public int Sum(int x, int y) => x + y;

        public async Task<int> WorkAsync()
        {
            var gate = services.GetRequiredService<Gate>();
            gate.Entered.TrySetResult();
            await gate.Opened.Task;
            return 1;
        }

        /// <summary>A mebibyte, from a thread of its own: it is not sent with the read loop's batch.</summary>
        public async Task<byte[]> LotAsync()
        {
            await Task.Yield();
            return new byte[1024 * 1024];
        }
    }
}
