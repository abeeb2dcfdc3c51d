using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;

namespace Mprpc.Client.Tests;

/// <summary>The client's own conduct: connecting, waiting, giving up, ending.</summary>
public sealed class ClientTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Fact]
    public async Task Constructor_Always_ConnectsAtTheFirstCallOnly()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url);

        Assert.Equal(MprpcClientState.Disconnected, client.State);
        Assert.True(await server.IsSilentAsync());
        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        await (await server.AcceptAsync()).AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
        Assert.Equal(MprpcClientState.Connected, client.State);
    }

    [Fact]
    public async Task ConnectAsync_NobodyListens_SaysSo()
    {
        string url = ClosedUrl();

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(async () => await MprpcClient.ConnectAsync(url).AsTask().WaitAsync(Deadline));

        Assert.Contains(url, exception.Message, StringComparison.Ordinal);
        Assert.Contains("listening", exception.Message, StringComparison.Ordinal);
        Assert.IsType<SocketException>(exception.InnerException);
        Assert.False(exception.RequestWasSent);
    }

    [Fact]
    public async Task ConnectAsync_NoSuchUnixSocket_SaysSo()
    {
        string url = $"unix://{Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"))}";

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(async () => await MprpcClient.ConnectAsync(url).AsTask().WaitAsync(Deadline));

        Assert.Contains(url, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConnectAsync_TokenIsCancelled_Ends()
    {
        using var server = new ScriptedServer();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await MprpcClient.ConnectAsync(server.Url, cancellationToken: new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData("http://127.0.0.1:6000")]
    [InlineData("tcp://127.0.0.1")]
    [InlineData("")]
    public void Constructor_NoAddress_IsRefused(string url)
    {
        Assert.ThrowsAny<ArgumentException>(() => new MprpcClient(url));
    }

    public static TheoryData<string, MprpcClientOptions> WrongOptions => new()
    {
        { "ConnectTimeout", new() { ConnectTimeout = TimeSpan.Zero } },
        { "ConnectTimeout", new() { ConnectTimeout = TimeSpan.FromSeconds(-5) } },
        { "ConnectTimeout", new() { ConnectTimeout = TimeSpan.FromDays(60) } },
        { "CallTimeout", new() { CallTimeout = TimeSpan.Zero } },
        { "CallTimeout", new() { CallTimeout = TimeSpan.FromDays(60) } },
        { "ConnectionLifetime", new() { ConnectionLifetime = TimeSpan.Zero } },
        { "KeepAlive", new() { KeepAlive = TimeSpan.Zero } },
        { "MaxConnections", new() { MaxConnections = 0 } },
        { "MaxInFlightPerConnection", new() { MaxInFlightPerConnection = 0 } },
        { "MaxCallsPerConnection", new() { MaxCallsPerConnection = 0 } },
        { "MaxMessageSize", new() { MaxMessageSize = 0 } },
        { "MaxDepth", new() { MaxDepth = 1 } },
        { "Reconnect.InitialDelay", new() { Reconnect = new() { InitialDelay = TimeSpan.FromSeconds(-1) } } },
        { "Reconnect.MaxDelay", new() { Reconnect = new() { MaxDelay = TimeSpan.FromSeconds(-1) } } },
        { "Reconnect.MaxDelay", new() { Reconnect = new() { MaxDelay = TimeSpan.FromDays(60) } } },
        { "Reconnect.Jitter", new() { Reconnect = new() { Jitter = 1.5 } } },
        { "Reconnect.Jitter", new() { Reconnect = new() { Jitter = -0.1 } } },
        { "Reconnect.Jitter", new() { Reconnect = new() { Jitter = double.NaN } } },
    };

    [Theory]
    [MemberData(nameof(WrongOptions), DisableDiscoveryEnumeration = true)]
    public void Constructor_OptionOutOfItsRange_NamesIt(string option, MprpcClientOptions options)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => new MprpcClient("tcp://127.0.0.1:6000", options));

        Assert.Contains($"MprpcClientOptions.{option} is", exception.Message, StringComparison.Ordinal);
        Assert.Contains("allowed is", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_InfiniteTimes_MeanNone()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url, new MprpcClientOptions
        {
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            CallTimeout = Timeout.InfiniteTimeSpan,
            ConnectionLifetime = Timeout.InfiniteTimeSpan,
            KeepAlive = Timeout.InfiniteTimeSpan,
        });
        ScriptedConnection connection = await server.AcceptAsync();

        for (int i = 0; i < 3; i++)
        {
            Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
            await connection.AnswerAsync("c003");
            Assert.Equal(3, await call.WaitAsync(Deadline));
        }
    }

    [Fact]
    public async Task Options_KeepAliveOfADay_IsAccepted()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url, new MprpcClientOptions { KeepAlive = TimeSpan.FromDays(1) });

        Assert.True(client.IsConnected);
    }

    [Fact]
    public async Task CallAsync_ThousandInFlight_AnswersInAnyOrderReachTheirCallers()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
        ScriptedConnection connection = await server.AcceptAsync();
        Task<int>[] calls = [.. Enumerable.Range(0, 1000).Select(i => client.CallAsync<int>("echo", i).AsTask())];
        string[] requests = new string[1000];

        for (int i = 0; i < requests.Length; i++)
        {
            requests[i] = await connection.ReadAsync();
        }

        new Random(5).Shuffle(requests);
        await connection.SendAsync(string.Concat(requests.Select(
            request => Hex.Answer(request, "c0" + request[(request.IndexOf("6563686f91", StringComparison.Ordinal) + 10)..]))));
        int[] results = await Task.WhenAll(calls).WaitAsync(Deadline);

        Assert.Equal(Enumerable.Range(0, 1000), results);
    }

    [Fact]
    public async Task CallAsync_NoAnswerInTime_TimesOutAndTheLateAnswerIsIgnored()
    {
        // C20
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        var options = new MprpcClientOptions { CallTimeout = TimeSpan.FromSeconds(3), TimeProvider = clock };
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url, options);
        ScriptedConnection connection = await server.AcceptAsync();
        Task<int> late = client.CallAsync<int>("sum", 1, 2).AsTask();
        Task<int> longer = client.CallAsync<int>("sum", new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(10) }, 1, 2).AsTask();
        Task<int> endless = client.CallAsync<int>("sum", new MprpcCallOptions { Timeout = Timeout.InfiniteTimeSpan }, 1, 2).AsTask();
        string[] requests = [await connection.ReadAsync(), await connection.ReadAsync(), await connection.ReadAsync()];

        clock.Advance(TimeSpan.FromSeconds(4));
        var exception = await Assert.ThrowsAsync<TimeoutException>(() => late.WaitAsync(Deadline));
        Assert.Contains("3,000 ms", exception.Message, StringComparison.Ordinal);
        Assert.False(longer.IsCompleted);

        clock.Advance(TimeSpan.FromSeconds(7));
        await Assert.ThrowsAsync<TimeoutException>(() => longer.WaitAsync(Deadline));
        Assert.False(endless.IsCompleted);

        await connection.SendAsync(string.Concat(requests.Select(request => Hex.Answer(request, "c003"))));
        Assert.Equal(3, await endless.WaitAsync(Deadline));
        Assert.True(client.IsConnected);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5000)]
    [InlineData(60L * 24 * 60 * 60 * 1000)]
    public void CallOptions_TimeoutOutOfItsRange_IsRefused(long milliseconds)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => new MprpcCallOptions { Timeout = TimeSpan.FromMilliseconds(milliseconds) });

        Assert.Contains("MprpcCallOptions.Timeout is", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallAsync_TimesOutWhileConnecting_CountsTheWait()
    {
        var clock = new FakeTimeProvider();
        string url = ClosedUrl();
        var reconnect = new MprpcReconnectOptions { InitialDelay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) };
        await using var client = new MprpcClient(url, new MprpcClientOptions { TimeProvider = clock, Reconnect = reconnect });
        await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", 1, 2).AsTask().WaitAsync(Deadline));

        Task<int> call = client.CallAsync<int>("sum", new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(5) }, 1, 2).AsTask();
        await AdvanceUntilAsync(clock, TimeSpan.FromSeconds(1), call);

        var exception = await Assert.ThrowsAsync<TimeoutException>(() => call);
        Assert.Contains("was not sent within 5,000 ms", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallAsync_TokenCancelledBefore_SendsNothing()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
        ScriptedConnection connection = await server.AcceptAsync();
        var token = new CancellationToken(canceled: true);

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.CallAsync<int>("sum", token, 1, 2).AsTask().WaitAsync(Deadline));

        Assert.Equal(token, exception.CancellationToken);
        Assert.True(await connection.IsSilentAsync());
    }

    [Fact]
    public async Task CallAsync_TokenCancelledWhileItWaits_EndsAndTheLateAnswerIsIgnored()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
        ScriptedConnection connection = await server.AcceptAsync();
        using var source = new CancellationTokenSource();
        Task<int> cancelled = client.CallAsync<int>("sum", source.Token, 1, 2).AsTask();
        string request = await connection.ReadAsync();

        await source.CancelAsync();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Deadline));
        await connection.SendAsync(Hex.Answer(request, "c007"));
        Task<int> next = client.CallAsync<int>("sum", 1, 2).AsTask();
        await connection.AnswerAsync("c003");

        Assert.Equal(source.Token, exception.CancellationToken);
        Assert.Equal(3, await next.WaitAsync(Deadline));
    }

    [Fact]
    public async Task CallAsync_TokenCancelledWhileConnecting_EndsWithTheCallersToken()
    {
        string url = ClosedUrl();
        var reconnect = new MprpcReconnectOptions { InitialDelay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) };
        await using var client = new MprpcClient(url, new MprpcClientOptions { Reconnect = reconnect });
        await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", 1, 2).AsTask().WaitAsync(Deadline));
        using var source = new CancellationTokenSource();

        Task<int> call = client.CallAsync<int>("sum", source.Token, 1, 2).AsTask();
        await source.CancelAsync();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Deadline));
        Assert.Equal(source.Token, exception.CancellationToken);
    }

    [Fact]
    public async Task CallAsync_TokenAmongTheArguments_SaysWhereItBelongs()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url);

        var exception = await Assert.ThrowsAsync<ArgumentException>(async () => await client.CallAsync<int>("sum", 1, 2, CancellationToken.None));

        Assert.Contains("before the arguments", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallAsync_NoMethod_IsRefused()
    {
        await using var client = new MprpcClient("tcp://127.0.0.1:6000");

        await Assert.ThrowsAsync<ArgumentException>(async () => await client.CallAsync<int>(""));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await client.NotifyAsync(null!));
    }

    [Fact]
    public async Task Reconnect_AttemptFailed_WaitsLongerEachTimeWithinTheJitter()
    {
        var clock = new LoggedClock();
        string url = ClosedUrl();
        await using var client = new MprpcClient(url, new MprpcClientOptions
        {
            TimeProvider = clock,
            Reconnect = new() { InitialDelay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromSeconds(6), Jitter = 0.5 },
        });
        await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum").AsTask().WaitAsync(Deadline));

        foreach (double delay in new[] { 1.0, 2, 4, 6, 6 })
        {
            clock.DueTimes.Clear();
            Task<int> call = client.CallAsync<int>("sum").AsTask();
            TimeSpan wait = await clock.NextTimerAsync(TimeSpan.FromSeconds(6));
            Assert.InRange(wait.TotalSeconds, (delay / 2) - 0.01, delay + 0.01);
            Assert.False(call.IsCompleted);

            clock.Advance(wait);

            await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline));
        }
    }

    [Fact]
    public void DelayAfter_EachFailure_DoublesUpToTheLongestLessTheJitter()
    {
        var options = new MprpcReconnectOptions { InitialDelay = TimeSpan.FromMilliseconds(100), MaxDelay = TimeSpan.FromSeconds(5), Jitter = 0.3 };
        var exact = new MprpcReconnectOptions { InitialDelay = TimeSpan.FromMilliseconds(100), MaxDelay = TimeSpan.FromSeconds(5), Jitter = 0 };

        double[] delays = [.. Enumerable.Range(1, 8).Select(failures => exact.DelayAfter(failures).TotalMilliseconds)];

        Assert.Equal([100, 200, 400, 800, 1600, 3200, 5000, 5000], delays);
        Assert.Equal(5000, exact.DelayAfter(1_000_000).TotalMilliseconds);
        Assert.All(Enumerable.Range(0, 100), _ => Assert.InRange(options.DelayAfter(3).TotalMilliseconds, 280, 400));
        Assert.True(Enumerable.Range(0, 100).Select(_ => options.DelayAfter(3)).Distinct().Count() > 10);
    }

    [Fact]
    public async Task Reconnect_ServerComesBack_CallThatWaitedSucceeds()
    {
        var first = new ScriptedServer();
        int port = first.Port;
        await using var client = new MprpcClient(first.Url, new MprpcClientOptions { Reconnect = new() { InitialDelay = TimeSpan.FromMilliseconds(20) } });
        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        ScriptedConnection connection = await first.AcceptAsync();
        await connection.AnswerAsync("c003");
        await call.WaitAsync(Deadline);
        connection.Reset();
        first.Dispose();
        await WaitForAsync(client, MprpcClientState.Disconnected);
        await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", 1, 2).AsTask().WaitAsync(Deadline));

        using var second = new ScriptedServer(port);
        call = client.CallAsync<int>("sum", 1, 2).AsTask();
        await (await second.AcceptAsync()).AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Connection_LostWithAThousandPending_AllFailAtOnce()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
        ScriptedConnection connection = await server.AcceptAsync();
        Task<int>[] calls = [.. Enumerable.Range(0, 1000).Select(i => client.CallAsync<int>("echo", i).AsTask())];
        await connection.ReadAsync();

        connection.Reset();

        foreach (Task<int> call in calls)
        {
            Assert.True((await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline))).RequestWasSent);
        }
    }

    [Fact]
    public async Task NotifyAsync_Connected_SendsANotification()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url);

        await client.NotifyAsync("set_x", 43).AsTask().WaitAsync(Deadline);

        Assert.Equal("9302a57365745f78912b", await (await server.AcceptAsync()).ReadAsync());
    }

    [Fact]
    public async Task NotifyAsync_NobodyListens_Fails()
    {
        await using var client = new MprpcClient(ClosedUrl());

        await Assert.ThrowsAsync<MprpcConnectionException>(() => client.NotifyAsync("set_x", 43).AsTask().WaitAsync(Deadline));
    }

    [Fact]
    public async Task ServerDoesNotRead_CallsWaitInsteadOfPilingUpAndGoOnWhenItReads()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
        ScriptedConnection connection = await server.AcceptAsync();
        byte[] large = new byte[256 * 1024];

        // Fills the sockets' buffers, then the client's own; notifications tell when they had to wait.
        Task[] sending = [.. Enumerable.Range(0, 200).Select(_ => client.NotifyAsync("set_x", large).AsTask())];
        Assert.NotSame(Task.WhenAll(sending), await Task.WhenAny(Task.WhenAll(sending), Task.Delay(100)));
        Assert.Contains(sending, task => !task.IsCompleted);

        for (int i = 0; i < sending.Length; i++)
        {
            await connection.ReadAsync();
        }

        await Task.WhenAll(sending).WaitAsync(Deadline);
    }

    [Fact]
    public async Task Continuation_BlocksOnAnotherCall_StopsNoOtherCall()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
        ScriptedConnection connection = await server.AcceptAsync();
        Task<int> blocked = BlockInContinuationAsync(client, client.CallAsync<int>("a"));
        Task<int> other = client.CallAsync<int>("b").AsTask();
        string[] requests = [await connection.ReadAsync(), await connection.ReadAsync()];

        await connection.SendAsync(Hex.Answer(requests[0], "c001") + Hex.Answer(requests[1], "c002"));
        string inner = await connection.ReadAsync();
        Assert.Equal(2, await other.WaitAsync(Deadline));
        await connection.SendAsync(Hex.Answer(inner, "c029"));

        Assert.Equal(42, await blocked.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Continuation_BlocksOnAnAnswerOfTheSameBatch_GetsIt()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
        ScriptedConnection connection = await server.AcceptAsync();

        for (int round = 0; round < 3; round++)
        {
            ValueTask<int> first = client.CallAsync<int>("a");
            ValueTask<int> second = client.CallAsync<int>("b");
            Task<int> both = BlockOnBothAsync(first, second);
            string[] requests = [await connection.ReadAsync(), await connection.ReadAsync()];

            await connection.SendAsync(Hex.Answer(requests[0], "c001") + Hex.Answer(requests[1], "c002"));

            Assert.Equal(3, await both.WaitAsync(Deadline));
        }
    }

    [Fact]
    public async Task ConnectionLost_ContinuationsBlockOnFurtherCalls_AllCallsFail()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
        ScriptedConnection connection = await server.AcceptAsync();
        Task<int>[] calls = [.. Enumerable.Range(0, 20).Select(_ => client.CallAsync<int>("a").AsTask())];
        await connection.ReadAsync();

        server.Dispose();

        foreach (Task<int> call in calls)
        {
            await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline));
        }
    }

    [Fact]
    public async Task AmbientState_OfTheFirstCaller_DoesNotReachTheConnection()
    {
        var ambient = new AsyncLocal<string?>();
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url);
        var seen = new TaskCompletionSource<string?>();
        client.StateChanged += (_, _) =>
        {
            if (client.State == MprpcClientState.Connected)
            {
                seen.TrySetResult(ambient.Value);
            }
        };

        ambient.Value = "the caller's";
        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        await (await server.AcceptAsync()).AnswerAsync("c003");
        await call.WaitAsync(Deadline);

        Assert.Null(await seen.Task.WaitAsync(Deadline));
        Assert.Equal("the caller's", ambient.Value);
    }

    private static async Task<int> BlockInContinuationAsync(MprpcClient client, ValueTask<int> first)
    {
        int value = await first.ConfigureAwait(false);      // goes on right on the read loop
        return value + client.CallAsync<int>("c").AsTask().GetAwaiter().GetResult();
    }

    private static async Task<int> BlockOnBothAsync(ValueTask<int> first, ValueTask<int> second)
    {
        int value = await first.ConfigureAwait(false);
        return value + second.AsTask().GetAwaiter().GetResult();
    }

    /// <summary>The address of a port that nobody listens on: it was free a moment ago.</summary>
    private static string ClosedUrl()
    {
        using var server = new ScriptedServer();
        return server.Url;
    }

    private static async Task AdvanceUntilAsync(FakeTimeProvider clock, TimeSpan step, Task task)
    {
        using var giveUp = new CancellationTokenSource(Deadline);

        while (!task.IsCompleted && !giveUp.IsCancellationRequested)
        {
            clock.Advance(step);
            await Task.WhenAny(task, Task.Delay(5));
        }

        Assert.True(task.IsCompleted);
    }

    private static async Task WaitForAsync(MprpcClient client, MprpcClientState state)
    {
        using var giveUp = new CancellationTokenSource(Deadline);

        while (client.State != state)
        {
            await Task.Delay(5, giveUp.Token);
        }
    }

    /// <summary>Writes down what its timers are set to when they are made.</summary>
    private sealed class LoggedClock : FakeTimeProvider
    {
        public ConcurrentQueue<TimeSpan> DueTimes { get; } = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(callback, state, dueTime, period);
            DueTimes.Enqueue(dueTime);
            return timer;
        }

        /// <summary>What the next timer is set to that is not one of the longer ones, of the timeouts of calls and attempts.</summary>
        public async Task<TimeSpan> NextTimerAsync(TimeSpan longest)
        {
            using var giveUp = new CancellationTokenSource(Deadline);
            TimeSpan dueTime;

            while (!DueTimes.TryDequeue(out dueTime) || dueTime <= TimeSpan.Zero || dueTime > longest)
            {
                await Task.Delay(1, giveUp.Token);
            }

            return dueTime;
        }
    }
}
