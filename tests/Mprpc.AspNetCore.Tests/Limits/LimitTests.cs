using System.Net;
using Microsoft.Extensions.Time.Testing;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Limits;

/// <summary>What a peer may not do for too long, and how much it may have running.</summary>
public sealed class LimitTests
{
    private const int ProtocolViolation = 3;
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task PartialMessage_NeverFinished_ConnectionIsClosedAndTheReasonLogged()
    {
        await using RpcHost host = await RpcHost.StartAsync<Service>(options => options.Limits.PartialMessageTimeout = Short);
        await using RawPeer peer = await host.DialAsync();
        await using RawPeer canary = await host.DialAsync();

        await peer.SendAsync("94 00 01 a3 73 75");
        await peer.ReadToAnyEndAsync();

        Assert.Contains("PartialMessageTimeout", (await host.Log.WaitForAsync(ProtocolViolation)).Message, StringComparison.Ordinal);
        await canary.AssertOpenAsync();
    }

    [Fact]
    public async Task PartialMessage_ThatKeepsItsRate_IsReadToItsEnd()
    {
        await using RpcHost host = await RpcHost.StartAsync<Service>(options =>
        {
            options.Limits.PartialMessageTimeout = Short;
            options.Limits.MinPartialMessageRate = 1;
        });
        await using RawPeer peer = await host.DialAsync();

        // 64 KiB at once are enough for many hours at a byte a second.
        await peer.SendAsync("94 00 01 a6 6c656e677468 91 c6 00 01 00 01");
        await peer.SendAsync(new byte[65_536]);
        await Task.Delay(TimeSpan.FromSeconds(3));
        await peer.SendAsync("00");

        Assert.Equal("940101c0ce00010001", await peer.ReadMessageAsync());
    }

    [Fact]
    public async Task PeerThatReadsNothing_WhileAnswersWait_LosesItsConnectionAndNobodyElseDoes()
    {
        await using RpcHost host = await RpcHost.StartAsync<Service>(options => options.Limits.WriteTimeout = Short);
        await using RawPeer peer = await host.DialAsync();
        await using RawPeer canary = await host.DialAsync();

        // More answers than all buffers between the two can hold; asked for at once, or the connection might end before all are sent.
        await peer.SendAsync(string.Concat(Enumerable.Repeat("94 00 01 a5 6c61726765 90", 64)));

        Assert.Contains("WriteTimeout", (await host.Log.WaitForAsync(ProtocolViolation)).Message, StringComparison.Ordinal);
        await canary.AssertOpenAsync();
    }

    [Fact]
    public async Task HalfClosedConnection_CallThatWaitsForItsTokenAlone_IsCancelledAndTheReasonLogged()
    {
        var service = new Service();
        await using RpcHost host = await RpcHost.StartAsync<Service>(
            options => options.Limits.HalfCloseTimeout = Short, services => services.AddSingleton(service));
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 01 SUM 94 00 02 a7666f7265766572 90");
        peer.FinishSending();
        string answers = await peer.ReadToAnyEndAsync();

        await service.Cancelled.Task.InTime();
        Assert.StartsWith("940101c003", answers, StringComparison.Ordinal);
        Assert.Contains("HalfCloseTimeout", (await host.Log.WaitForAsync(ProtocolViolation)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HalfClosedConnection_ThatIsResetThen_CancelsItsCallsWithoutWaitingForTheTimeout(bool onKestrel)
    {
        var service = new Service();
        await using RpcHost host = onKestrel
            ? await RpcHost.StartOnKestrelAsync(endpoint => endpoint.MapService<Service>(), Configure)
            : await RpcHost.StartAsync<Service>(Limit, services => services.AddSingleton(service));
        EndPoint server = onKestrel ? host.Http : host.Rpc;
        await using RawPeer peer = await RawPeer.DialAsync(server);
        await using RawPeer other = await RawPeer.DialAsync(server);

        await peer.SendAsync("94 00 02 a7666f7265766572 90 94 00 01 SUM");
        string sum = await peer.ReadMessageAsync();     // the other call has begun by then
        peer.FinishSending();
        await other.AssertOpenAsync();
        await other.AssertOpenAsync();                  // the end has been read meanwhile
        peer.Reset();

        await service.Cancelled.Task.InTime();
        Assert.Equal("940101c003", sum);

        // Far above the bound of each wait.
        static void Limit(MprpcServerOptions options) => options.Limits.HalfCloseTimeout = Bounded.Time * 10;

        void Configure(WebApplicationBuilder builder)
        {
            builder.Services.AddSingleton(service);
            builder.Services.Configure<MprpcServerOptions>(Limit);
        }
    }

    [Fact]
    public async Task HalfClosedConnection_AnswerThatTakesItsTime_IsSent()
    {
        await using RpcHost host = await RpcHost.StartAsync<Service>(services: services => services.AddSingleton<Service>());
        await using RawPeer peer = await host.DialAsync();
        await using RawPeer other = await host.DialAsync();

        await peer.SendAsync("94 00 01 a4 77616974 90");
        peer.FinishSending();
        await Task.Delay(TimeSpan.FromSeconds(2));      // two looks of the watch
        await other.SendAsync("94 00 02 a4 6f70656e 90");

        Assert.Equal("940101c0c0", await peer.ReadToEndAsync());
    }

    [Fact]
    public async Task IdleConnection_WithTimeout_EndsWithFinAndABusyOneDoesNot()
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = await RpcHost.StartAsync<Service>(
            options => options.Limits.IdleTimeout = Short, services => services.AddSingleton<Service>().AddSingleton<TimeProvider>(clock));
        await using RawPeer idle = await host.DialAsync();
        await using RawPeer busy = await host.DialAsync();

        await busy.SendAsync("94 00 01 a4 77616974 90 94 00 02 SUM");
        string sum = await busy.ReadMessageAsync();     // the other call has begun by then
        Task<string> toEnd = idle.ReadToEndAsync();
        await clock.AdvanceUntilAsync(TimeSpan.FromSeconds(1), toEnd, "the end of the idle connection");
        await busy.SendAsync("94 00 03 a4 6f70656e 90");

        Assert.Equal("940102c003", sum);
        Assert.Equal("", await toEnd);
        Assert.Equal(2, (await busy.ReadMessagesAsync(2)).Count);
    }

    [Fact]
    public async Task CallsInFlightOfTheServer_AtTheLimit_OtherConnectionsWaitUnreadUntilOneEnds()
    {
        var gates = new Gates();
        await using RpcHost host = await RpcHost.StartAsync<Gated>(options => options.Limits.MaxCallsInFlight = 2, services => services.AddSingleton(gates));
        await using MprpcClient first = host.CreateClient();
        await using MprpcClient second = host.CreateClient();

        Task[] running = [first.CallAsync("wait", 0).AsTask(), first.CallAsync("wait", 1).AsTask()];
        await Bounded.Until(() => gates.Waiting == 2, "both run");
        Task later = second.CallAsync("wait", 2).AsTask();
        Task<int> last = second.CallAsync<int>("answer").AsTask();
        await Task.Delay(200);
        int waitingBefore = gates.Waiting;
        gates.Open(0);
        await Bounded.Until(() => gates.Waiting == 3, "the third runs");
        gates.Open(1);
        int answer = await last.InTime();
        gates.Open(2);
        await Task.WhenAll([.. running, later]).InTime();

        Assert.Equal(2, waitingBefore);
        Assert.Equal(42, answer);
    }

    [Fact]
    public async Task Connections_AboveTheLimit_AreClosedAndThoseBelowServed()
    {
        await using RpcHost host = await RpcHost.StartAsync<Service>(options => options.Limits.MaxConnections = 1);
        await using RawPeer first = await host.DialAsync();
        await first.AssertOpenAsync();

        await using RawPeer second = await host.DialAsync();
        string end = await second.ReadToAnyEndAsync();

        Assert.Equal("", end);
        await first.AssertOpenAsync();
    }

    private sealed class Service
    {
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Sum(int x, int y) => x + y;

        public int Length(byte[] bytes) => bytes.Length;

        public byte[] Large() => new byte[1_000_000];

        public Task WaitAsync() => _opened.Task;

        public void Open() => _opened.TrySetResult();

        public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task ForeverAsync(CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(static _ => { }, TaskScheduler.Default);
            Cancelled.TrySetResult();
        }
    }

    private sealed class Gates
    {
        private readonly TaskCompletionSource[] _gates =
        [
            .. Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)),
        ];
        private int _waiting;

        public int Waiting => Volatile.Read(ref _waiting);

        public void Open(int gate) => _gates[gate].SetResult();

        public Task WaitAsync(int gate)
        {
            Interlocked.Increment(ref _waiting);
            return _gates[gate].Task;
        }
    }

    private sealed class Gated(Gates gates)
    {
        public Task WaitAsync(int gate) => gates.WaitAsync(gate);

        public int Answer() => 42;
    }
}
