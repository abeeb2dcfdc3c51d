using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mprpc.AspNetCore.Tests.Stopping;

/// <summary>What is said of calls that do not end by the deadline of the stop.</summary>
public sealed class AbandonedCallTests
{
    private const int CallsAbandoned = 105;

    [Fact]
    public async Task Calls_ThatIgnoreTheirCancellation_AreNamedInOneLine()
    {
        var gate = new Gate();
        await using RpcHost host = await StartAsync(gate);
        await using RawPeer first = await host.DialAsync();
        await using RawPeer second = await host.DialAsync();
        await first.SendAsync("94 00 01 a4 64656166 90");
        await first.SendAsync("94 00 02 a4 64656166 90");
        await second.SendAsync("94 00 01 a4 64656166 90");
        await second.SendAsync("94 00 02 a7 67756172646564 90");
        await gate.WaitForAsync(4);

        await host.App.StopAsync().InTime();

        LogEntry entry = Assert.Single(host.Log.Entries, entry => entry.Event.Id == CallsAbandoned);
        Assert.Equal(LogLevel.Warning, entry.Level);
        Assert.Contains("4 in all: deaf (3), guarded (1).", entry.Message, StringComparison.Ordinal);
        gate.Open();
    }

    [Fact]
    public async Task Call_WhoseConnectionIsGone_IsNamedToo()
    {
        var gate = new Gate();
        await using RpcHost host = await StartAsync(gate);
        RawPeer peer = await host.DialAsync();
        await peer.SendAsync("94 00 01 a4 64656166 90");
        await gate.WaitForAsync(1);
        peer.Reset();
        await Bounded.Until(() => host.App.Services.GetRequiredService<IMprpcServer>().ConnectionCount == 0, "that the connection is gone");

        await host.App.StopAsync().InTime();

        LogEntry entry = Assert.Single(host.Log.Entries, entry => entry.Event.Id == CallsAbandoned);
        Assert.Contains("1 in all: deaf (1).", entry.Message, StringComparison.Ordinal);
        gate.Open();
    }

    [Fact]
    public async Task Call_ThatBlocksItsThread_IsNamedToo()
    {
        var gate = new Gate();
        await using RpcHost host = await StartAsync(gate);
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync("94 00 01 a5 626c6f636b 90");
        await gate.WaitForAsync(1);
        await peer.AssertOpenAsync();       // the loop has been taken over

        await host.App.StopAsync().InTime();

        LogEntry entry = Assert.Single(host.Log.Entries, entry => entry.Event.Id == CallsAbandoned);
        Assert.Contains("1 in all: block (1).", entry.Message, StringComparison.Ordinal);
        gate.Open();
    }

    [Fact]
    public async Task Call_ThatEndsWhenItIsCancelledAtTheDeadline_IsNotNamed()
    {
        var gate = new Gate();
        await using RpcHost host = await StartAsync(gate, services => services.AddHostedService<EndOfThePolite>());
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync("94 00 01 a6 706f6c697465 90");
        await gate.WaitForAsync(1);

        await host.App.StopAsync().InTime();

        Assert.DoesNotContain(host.Log.Entries, entry => entry.Event.Id == CallsAbandoned);
    }

    [Fact]
    public async Task Calls_ThatHaveEnded_AreNotNamed()
    {
        var gate = new Gate();
        await using RpcHost host = await StartAsync(gate);
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync("94 00 01 a4 64656166 90");
        await gate.WaitForAsync(1);
        gate.Open();
        await peer.ReadMessageAsync();

        await host.App.StopAsync().InTime();

        Assert.DoesNotContain(host.Log.Entries, entry => entry.Event.Id == CallsAbandoned);
    }

    private static Task<RpcHost> StartAsync(Gate gate, Action<IServiceCollection>? configure = null)
        => RpcHost.StartAsync<Worker>(services: services =>
        {
            services.AddSingleton(gate).Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(300));
            configure?.Invoke(services);
        });

    /// <summary>
    /// Keeps the stop, before the server looks what still runs, until the polite call has ended: on a busy machine that may take longer than the server waits.
    /// </summary>
    private sealed class EndOfThePolite(Gate gate) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => gate.Ended.Task.InTime();
    }

    private sealed class Gate
    {
        private readonly SemaphoreSlim _entered = new(0);
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _unblocked = new();

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Enter()
        {
            _entered.Release();
            return _opened.Task;
        }

        public void EnterAndBlock()
        {
            _entered.Release();
            _unblocked.Wait(TimeSpan.FromMinutes(1));
        }

        public async Task WaitForAsync(int calls)
        {
            for (int i = 0; i < calls; i++)
            {
                await _entered.WaitAsync().InTime();
            }
        }

        public void Open()
        {
            _opened.TrySetResult();
            _unblocked.Set();
        }
    }

    private sealed class PassThroughAttribute : MprpcFilterAttribute
    {
        public override ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next) => next(call);
    }

    private sealed class Worker(Gate gate)
    {
        public int Sum(int x, int y) => x + y;

        public Task DeafAsync() => gate.Enter();

        [PassThrough]
        public Task GuardedAsync() => gate.Enter();

        public void Block() => gate.EnterAndBlock();

        public async Task PoliteAsync(CancellationToken cancellationToken)
        {
            try
            {
                await gate.Enter().WaitAsync(cancellationToken);
            }
            finally
            {
                gate.Ended.SetResult();
            }
        }
    }
}
