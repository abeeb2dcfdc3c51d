using Microsoft.Extensions.Time.Testing;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Stopping;

/// <summary>What a server says that stops, to clients that have said hello and to others (docs/protocol.md 10.10).</summary>
public sealed class GoAwayTests
{
    // [0, 0, "$/hello", [1, {"goaway": true}]]
    private const string Hello = "94 00 00 a7242f68656c6c6f 92 01 81 a6676f61776179c3";

    // [2, "$/goaway", [5000, "stopping"]] and [2, "$/goaway", [0, "stopped"]]
    private const string GoAway = "9302a8242f676f6177617992cd1388a873746f7070696e67";
    private const string Stopped = "9302a8242f676f617761799200a773746f70706564";

    private const string Sum = "94 00 01 SUM";
    private const string Three = "940101c003";
    private const string Ping = "94 00 02 a6242f70696e67 90";

    // [1, 2, "goaway: The server is stopping.", nil]
    private const string Stopping = "940102bf676f617761793a20546865207365727665722069732073746f7070696e672ec0";

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    public static TheoryData<int> Cuts => [.. Enumerable.Range(0, Hex.Bytes(Sum).Length)];

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task X62_RequestCutByTheStop_IsServedWithinTheGrace(int cut)
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = await StartAsync(clock);
        await using RawPeer peer = await host.DialAsync();
        byte[] request = Hex.Bytes(Sum);
        await peer.SendAsync(Hello);
        await peer.ReadMessageAsync();
        await peer.SendAsync(request.AsMemory(0, cut));

        Task stopping = host.App.StopAsync();
        string first = await peer.ReadMessageAsync();
        await peer.SendAsync(request.AsMemory(cut));
        string answer = await peer.ReadMessageAsync();
        await peer.SendAsync(Ping);
        string pong = await peer.ReadMessageAsync();
        await clock.AdvanceUntilAsync(Step, stopping, "the end of the stop");
        string last = await peer.ReadToEndAsync();

        Assert.Equal([GoAway, Three, Stopping, Stopped], [first, answer, pong, last]);
    }

    [Fact]
    public async Task X62_RequestsByteByByte_AreServedWithinTheGrace()
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = await StartAsync(clock);
        await using RawPeer peer = await host.DialAsync();
        await peer.SendPiecesAsync(Hex.Bytes(Hello).Select(b => new ReadOnlyMemory<byte>([b])));
        await peer.ReadMessageAsync();

        Task stopping = host.App.StopAsync();
        await peer.SendPiecesAsync(Hex.Bytes(Sum + Ping).Select(b => new ReadOnlyMemory<byte>([b])));
        List<string> answers = await peer.ReadMessagesAsync(3);
        await clock.AdvanceUntilAsync(Step, stopping, "the end of the stop");
        string last = await peer.ReadToEndAsync();

        Assert.Equal([GoAway, Three, Stopping, Stopped], [.. answers, last]);
    }

    [Fact]
    public async Task X62_RequestAfterTheGrace_HasNotRunAsTheLastMessageSays()
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = await StartAsync(clock);
        Held held = host.App.Services.GetRequiredService<Held>();
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync(Hello);
        await peer.ReadMessageAsync();
        await peer.SendAsync("94 00 07 a468656c64 90");

        Task stopping = host.App.StopAsync();
        string first = await peer.ReadMessageAsync();
        await Bounded.Until(
            () =>
            {
                clock.Advance(Step);
                return !host.CanDial();
            },
            "the end of the grace");
        await peer.SendAsync("94 00 08 a468656c64 90");
        held.Released.SetResult();
        string rest = await peer.ReadToEndAsync();
        await stopping.InTime();

        // The listener closes first, so that the second may just still be read: then it has its answer, else it has not run.
        Assert.Equal(GoAway, first);
        Assert.Contains("940107c009", rest, StringComparison.Ordinal);
        Assert.EndsWith(Stopped, rest, StringComparison.Ordinal);
        Assert.Equal(held.Runs * "940107c009".Length, rest.Length - Stopped.Length);
    }

    [Fact]
    public async Task Stop_PeerHasNotSaidHello_IsToldNothing()
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = await StartAsync(clock);
        await using RawPeer peer = await host.DialAsync();
        await peer.AssertOpenAsync();

        await host.App.StopAsync().InTime();

        Assert.Equal("", await peer.ReadToEndAsync());
    }

    [Theory]
    [InlineData(MprpcExtensions.Always)]
    [InlineData(MprpcExtensions.WhenUsed)]
    [InlineData(MprpcExtensions.Never)]
    public async Task Stop_ClientThatServes_GetsAllItsAnswers(MprpcExtensions extensions)
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = await StartAsync(clock);
        Held held = host.App.Services.GetRequiredService<Held>();
        MprpcClientOptions options = new MprpcClientOptions { Extensions = extensions }.AddHandler("show", (int x) => x);
        await using var client = new MprpcClient($"tcp://{host.Rpc}", options);
        Task<int> running = client.CallAsync<int>("held").AsTask();
        await held.Entered.Task.InTime();

        Task stopping = host.App.StopAsync();
        bool isTold = extensions != MprpcExtensions.Never;
        int? within = isTold ? await client.CallAsync<int>("sum", 1, 2).InTime() : null;
        bool waits = !stopping.IsCompleted;
        held.Released.SetResult();
        int answer = await running.InTime();
        await clock.AdvanceUntilAsync(Step, stopping, "the end of the stop");
        await Bounded.Until(() => client.State != MprpcClientState.Connected, "the client's notice of it");     // one that was told nothing may else still send
        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", 1, 2).InTime());

        Assert.Equal((isTold ? 3 : null, true, 9), (within, waits, answer));
        Assert.False(exception.RequestWasSent);
    }

    private static Task<RpcHost> StartAsync(TimeProvider clock)
        => RpcHost.StartAsync<Worker>(services: services => services.AddSingleton(clock).AddSingleton<Held>());

    private sealed class Held
    {
        private int _runs;

        public int Runs => Volatile.Read(ref _runs);

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task WaitAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _runs);
            Entered.TrySetResult();
            return Released.Task.WaitAsync(cancellationToken);
        }
    }

    private sealed class Worker(Held held)
    {
        public int Sum(int x, int y) => x + y;

        public async Task<int> HeldAsync(CancellationToken cancellationToken)
        {
            await held.WaitAsync(cancellationToken);
            return 9;
        }
    }
}
