using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Mprpc.Tests.Kit;

namespace Mprpc.Client.Tests;

/// <summary>Several connections: when one is made, which is taken, when one goes.</summary>
public sealed class PoolTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Fact]
    public async Task MaxConnections_CallsOneAfterAnother_ShareOneConnection()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxConnections = 4 });
        Task<int> call = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();

        for (int i = 0; i < 5; i++)
        {
            await connection.AnswerAsync("c003");
            Assert.Equal(3, await call.WaitAsync(Deadline));
            call = client.CallAsync<int>("sum").AsTask();
        }

        Assert.True(await server.IsSilentAsync());
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(10)]
    public async Task MaxConnections_AllInUse_AFurtherIsMadeBesideUpToTheLimitAndTheLeastLoadedIsTaken(int maxInFlight)
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxConnections = 3, MaxInFlightPerConnection = maxInFlight });
        List<Task<int>> calls = [client.CallAsync<int>("sum").AsTask()];
        List<ScriptedConnection> connections = [await server.AcceptAsync()];
        List<string> requests = [await connections[0].ReadAsync()];

        for (int i = 1; i < 3; i++)
        {
            // All are in use: it goes over one that is there, and a further one is made for the next.
            calls.Add(client.CallAsync<int>("sum").AsTask());
            requests.Add(await connections[i - 1].ReadAsync());
            connections.Add(await server.AcceptAsync());
            await UntilConnectedAsync(client, i + 1);
            calls.Add(client.CallAsync<int>("sum").AsTask());
            requests.Add(await connections[i].ReadAsync());
        }

        calls.Add(client.CallAsync<int>("sum").AsTask());
        await connections[2].ReadAsync();
        Assert.True(await server.IsSilentAsync());
        await connections[1].SendAsync(Hex.Answer(requests[2], "c003"));
        Assert.Equal(3, await calls[2].WaitAsync(Deadline));
        calls.Add(client.CallAsync<int>("sum").AsTask());

        await connections[1].ReadAsync();
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(10)]
    public async Task MaxConnections_AFurtherOneCannotBeMade_CallsGoOverTheOneThatIsThere(int maxInFlight)
    {
        var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxConnections = 3, MaxInFlightPerConnection = maxInFlight });
        Task<int> first = client.CallAsync<int>("a").AsTask();
        using ScriptedConnection connection = await server.AcceptAsync();
        string request = await connection.ReadAsync();
        server.StopListening();

        Task<int> second = client.CallAsync<int>("b").AsTask();
        await connection.AnswerAsync("c002");
        Task<int> third = client.CallAsync<int>("c").AsTask();
        await connection.AnswerAsync("c003");
        await connection.SendAsync(Hex.Answer(request, "c001"));

        int[] results = await Task.WhenAll(first, second, third).WaitAsync(Deadline);
        Assert.Equal([1, 2, 3], results);
        server.Dispose();
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1)]
    public async Task MaxConnections_AFurtherOneNeverComesToBe_CallsGoOverTheOneThatIsThere(int maxInFlight)
    {
        var peer = new PipePeer();
        var dialer = new TestDialer((attempt, token) => attempt == 0
            ? Task.FromResult(peer.Transport)
            : new TaskCompletionSource<Transports.ClientTransport>().Task.WaitAsync(token));
        await using var client = new MprpcClient(dialer, new MprpcClientOptions { MaxConnections = 3, MaxInFlightPerConnection = maxInFlight }.Freeze());
        Task<int> first = client.CallAsync<int>("a").AsTask();
        string request = await peer.ReadAsync();

        Task<int> second = client.CallAsync<int>("b").AsTask();
        Task<int> third = client.CallAsync<int>("c").AsTask();
        await peer.SendAsync(Hex.Answer(request, "c001"));
        await peer.AnswerAsync("c002");
        await peer.AnswerAsync("c003");

        int[] results = await Task.WhenAll(first, second, third).WaitAsync(Deadline);
        Assert.Equal([1, 2, 3], results);
        peer.Finish();
    }

    [Fact]
    public async Task MaxConnections_FurtherOnesAreRefused_OneBackOffHoldsForAll()
    {
        var clock = new FakeTimeProvider();
        PipePeer[] peers = [new PipePeer()];
        var dialer = new TestDialer((attempt, _) => attempt == 0
            ? Task.FromResult(peers[0].Transport)
            : Task.FromException<Transports.ClientTransport>(new MprpcConnectionException("Refused.")));
        var log = new TextLog();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(log));
        var options = new MprpcClientOptions
        {
            MaxConnections = 8,
            Reconnect = new() { InitialDelay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1), Jitter = 0 },
            TimeProvider = clock,
            LoggerFactory = loggers,
        };
        await using var client = new MprpcClient(dialer, options.Freeze());
        List<Task<int>> calls = [client.CallAsync<int>("a").AsTask()];
        await peers[0].ReadAsync();

        for (int i = 0; i < 20; i++)
        {
            calls.Add(client.CallAsync<int>("b").AsTask());
            await peers[0].ReadAsync();

            // Until the first refusal is known, each call may dial a connection more beside it.
            await Bounded.Until(() => log.Lines.Any(line => line.Contains("failed 1 times", StringComparison.Ordinal)), "the refusal");
        }

        Assert.Equal(2, dialer.Attempts);
        peers[0].Finish();
        await Task.WhenAll(calls.Select(call => Record.ExceptionAsync(() => call).AsTask())).WaitAsync(Deadline);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    [InlineData(4, 4)]
    public async Task ConnectionLifetime_CallsOfRetiredConnectionsGoOn_OpenConnectionsStayBounded(int maxConnections, int mostOpen)
    {
        const int Calls = 30;
        var clock = new FakeTimeProvider();
        var peers = new System.Collections.Concurrent.ConcurrentQueue<PipePeer>();
        int received = 0;
        var dialer = new TestDialer((_, _) =>
        {
            var peer = new PipePeer();
            peers.Enqueue(peer);
            _ = CountAsync(peer);
            return Task.FromResult(peer.Transport);
        });
        await using var client = new MprpcClient(
            dialer, new MprpcClientOptions { MaxConnections = maxConnections, ConnectionLifetime = TimeSpan.FromMinutes(1), TimeProvider = clock }.Freeze());
        List<Task> calls = [];

        for (int i = 0; i < Calls; i++)
        {
            calls.Add(client.CallAsync<int>("wait").AsTask());

            // One that is old before it is used is closed, and another made.
            await Bounded.Until(() => Volatile.Read(ref received) == calls.Count, "the call at a peer");
            clock.Advance(TimeSpan.FromSeconds(61));
            await Task.Delay(2);        // an attempt that is made in vain would be seen only later
        }

        Assert.InRange(peers.Count, 2, mostOpen);
        await client.DisposeAsync();
        peers.ToList().ForEach(peer => peer.Finish());
        await Task.WhenAll(calls.Select(call => Record.ExceptionAsync(() => call).AsTask())).WaitAsync(Deadline);

        async Task CountAsync(PipePeer peer)
        {
            while (received < Calls)
            {
                await peer.ReadAsync();
                Interlocked.Increment(ref received);
            }
        }
    }

    [Fact]
    public async Task ConnectionLifetime_ConnectionIsIdle_IsClosedWithoutACall()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { ConnectionLifetime = TimeSpan.FromMinutes(1), TimeProvider = clock });
        Task<int> call = client.CallAsync<int>("a").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync("c003");
        await call.WaitAsync(Deadline);

        clock.Advance(TimeSpan.FromSeconds(62));

        Assert.Null(await connection.TryReadAsync());
        await client.WaitForDisconnectAsync().WaitAsync(Deadline);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task PooledConnectionIdleTimeout_AfterABurst_AllButOneAreClosedUnlessTheServerMayCall(bool serves, bool servesLater)
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        var options = new MprpcClientOptions { MaxConnections = 2, TimeProvider = clock };

        if (serves)
        {
            options.AddHandler("told", () => { });
            options.Extensions = MprpcExtensions.Never;
        }

        await using var client = new MprpcClient(server.Url, options);
        Task<int> alone = client.CallAsync<int>("a").AsTask();
        ScriptedConnection first = await server.AcceptAsync();
        await first.AnswerAsync("c001");
        await alone.WaitAsync(Deadline);
        Task<int> used = client.CallAsync<int>("c").AsTask();
        string request = await first.ReadAsync();
        Task<int> beside = client.CallAsync<int>("d").AsTask();
        string another = await first.ReadAsync();
        await server.AcceptAsync();
        await UntilConnectedAsync(client, 2);
        await first.SendAsync(Hex.Answer(request, "c003"));
        await first.SendAsync(Hex.Answer(another, "c004"));
        await Task.WhenAll(used, beside).WaitAsync(Deadline);

        if (servesLater)
        {
            client.On("told", () => { });
        }

        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(2, client.ConnectionCount);
        clock.Advance(TimeSpan.FromSeconds(62));
        clock.Advance(TimeSpan.FromSeconds(62));

        Assert.Equal(serves || servesLater ? 2 : 1, client.ConnectionCount);
        Assert.Equal(MprpcClientState.Connected, client.State);
    }

    [Fact]
    public async Task ConnectionLifetime_StateIsRead_ChangesNothing()
    {
        var clock = new StoppedTimers();
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { ConnectionLifetime = TimeSpan.FromMinutes(1), TimeProvider = clock });
        Task<int> call = client.CallAsync<int>("a").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync("c003");
        await call.WaitAsync(Deadline);

        clock.Now += (long)TimeSpan.FromHours(1).TotalSeconds * clock.TimestampFrequency;

        Assert.Equal(MprpcClientState.Connected, client.State);
        Assert.True(await connection.IsSilentAsync());
        Assert.Equal(MprpcClientState.Connected, client.State);
    }

    [Fact]
    public async Task ConnectionLifetime_HasPassed_NewCallsGoElsewhereAndThoseInFlightEnd()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { ConnectionLifetime = TimeSpan.FromMinutes(1), TimeProvider = clock });
        Task<int> old = client.CallAsync<int>("a").AsTask();
        ScriptedConnection first = await server.AcceptAsync();
        string oldRequest = await first.ReadAsync();

        clock.Advance(TimeSpan.FromSeconds(61));
        Task<int> fresh = client.CallAsync<int>("b").AsTask();
        ScriptedConnection second = await server.AcceptAsync();
        await second.AnswerAsync("c002");
        Assert.Equal(2, await fresh.WaitAsync(Deadline));
        Assert.True(await first.IsSilentAsync());
        await first.SendAsync(Hex.Answer(oldRequest, "c001"));

        Assert.Equal(1, await old.WaitAsync(Deadline));
        Assert.Null(await first.TryReadAsync());        // closed in good order after its last answer
        Assert.Equal(MprpcClientState.Connected, client.State);
    }

    [Fact]
    public async Task ConnectionLifetime_ClientIsDisposed_CallsOnRetiredConnectionsFailToo()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        var client = new MprpcClient(server.Url, new MprpcClientOptions { ConnectionLifetime = TimeSpan.FromMinutes(1), TimeProvider = clock });
        Task<int> old = client.CallAsync<int>("a").AsTask();
        ScriptedConnection first = await server.AcceptAsync();
        await first.ReadAsync();
        clock.Advance(TimeSpan.FromSeconds(61));
        Task<int> fresh = client.CallAsync<int>("b").AsTask();
        await (await server.AcceptAsync()).ReadAsync();

        await client.DisposeAsync().AsTask().WaitAsync(Deadline);

        await Assert.ThrowsAsync<MprpcConnectionException>(() => fresh.WaitAsync(Deadline));
        await Assert.ThrowsAsync<MprpcConnectionException>(() => old.WaitAsync(Deadline));
    }

    [Fact]
    public async Task OneInFlight_CallTimesOut_ConnectionIsDroppedAndTheNextCallGetsAnother()
    {
        // C20, docs/protocol.md 8.3
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxInFlightPerConnection = 1, TimeProvider = clock });

        for (int round = 0; round < 20; round++)
        {
            Task<int> late = client.CallAsync<int>("a", new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(1) }).AsTask();
            Task<int> next = client.CallAsync<int>("b").AsTask();
            ScriptedConnection first = await server.AcceptAsync();
            Assert.Contains("a161", await first.ReadAsync(), StringComparison.Ordinal);     // "a"

            clock.Advance(TimeSpan.FromSeconds(2));
            await Assert.ThrowsAsync<TimeoutException>(() => late.WaitAsync(Deadline));
            await first.WaitForEndAsync();
            ScriptedConnection second = await server.AcceptAsync();
            await second.AnswerAsync("c002");

            Assert.Equal(2, await next.WaitAsync(Deadline));
            second.Finish();
            await second.WaitForEndAsync();
        }
    }

    [Fact]
    public async Task OneInFlight_CallIsCancelled_ConnectionIsDroppedAndTheNextCallGetsAnother()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxInFlightPerConnection = 1 });
        using var source = new CancellationTokenSource();
        Task<int> cancelled = client.CallAsync<int>("a", source.Token).AsTask();
        ScriptedConnection first = await server.AcceptAsync();
        await first.ReadAsync();
        Task<int> next = client.CallAsync<int>("b").AsTask();

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Deadline));
        Task end = first.WaitForEndAsync();
        ScriptedConnection second = await server.AcceptAsync();
        await second.AnswerAsync("c002");

        Assert.Equal(2, await next.WaitAsync(Deadline));
        await end;
    }

    [Fact]
    public async Task OneInFlight_CallWaitsForAPlace_CountsTheWaitAndCanBeCancelled()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxInFlightPerConnection = 1, TimeProvider = clock });
        using var source = new CancellationTokenSource();
        Task<int> first = client.CallAsync<int>("a").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        string request = await connection.ReadAsync();
        Task<int> waiting = client.CallAsync<int>("b", new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(1) }).AsTask();
        Task<int> cancelled = client.CallAsync<int>("c", source.Token).AsTask();

        clock.Advance(TimeSpan.FromSeconds(2));
        await source.CancelAsync();

        Assert.Contains("was not sent", (await Assert.ThrowsAsync<TimeoutException>(() => waiting.WaitAsync(Deadline))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Deadline));
        await connection.SendAsync(Hex.Answer(request, "c001"));
        Assert.Equal(1, await first.WaitAsync(Deadline));
        Task<int> last = client.CallAsync<int>("d").AsTask();
        await connection.AnswerAsync("c004");
        Assert.Equal(4, await last.WaitAsync(Deadline));
    }

    private static async Task UntilConnectedAsync(MprpcClient client, int count)
    {
        long start = TimeProvider.System.GetTimestamp();

        while (client.ConnectionCount < count)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, $"{client.ConnectionCount} connections, not {count}.");
            await Task.Delay(1);
        }
    }

    /// <summary>Time passes, and no timer runs.</summary>
    private sealed class StoppedTimers : TimeProvider
    {
        public long Now { get; set; } = 1;

        public override long GetTimestamp() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
            => System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
