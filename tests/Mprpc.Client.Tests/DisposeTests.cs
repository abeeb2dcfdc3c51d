using System.Collections.Concurrent;

namespace Mprpc.Client.Tests;

/// <summary>The end of a client in each of its states, and the states themselves.</summary>
public sealed class DisposeTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Fact]
    public async Task DisposeAsync_NeverConnected_IsDisposedAndCallsFail()
    {
        using var server = new ScriptedServer();
        var client = new MprpcClient(server.Url);

        await client.DisposeAsync();
        await client.DisposeAsync();

        Assert.Equal(MprpcClientState.Disposed, client.State);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await client.CallAsync<int>("sum"));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await client.CallAsync("sum"));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await client.NotifyAsync("sum"));
        Assert.True(await server.IsSilentAsync());
    }

    [Fact]
    public async Task DisposeAsync_CallsPending_FailAtOnce()
    {
        using var server = new ScriptedServer();
        MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
        ScriptedConnection connection = await server.AcceptAsync();
        Task<int>[] calls = [.. Enumerable.Range(0, 100).Select(_ => client.CallAsync<int>("sum").AsTask())];
        await connection.ReadAsync();

        await client.DisposeAsync().AsTask().WaitAsync(Deadline);

        foreach (Task<int> call in calls)
        {
            var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline));
            Assert.Equal("The connection was lost before the answer came: The MprpcClient was disposed.", exception.Message);
        }

        await connection.WaitForEndAsync();
    }

    [Fact]
    public async Task Calls_AfterDispose_NameTheClient()
    {
        using var server = new ScriptedServer();
        MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
        await server.AcceptAsync();
        var proxy = client.As<ClientRegistrationTests.ISum>();
        Task[] sending = [.. Enumerable.Range(0, 100).Select(_ => client.NotifyAsync("set_x", new byte[256 * 1024]).AsTask())];

        // The server does not read, so that the connection is still open for a while.
        Task disposing = client.DisposeAsync().AsTask();

        Assert.Contains(
            "MprpcClient",
            (await Assert.ThrowsAsync<ObjectDisposedException>(() => proxy.SumAsync(1, 2).WaitAsync(Deadline))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "MprpcClient",
            (await Assert.ThrowsAsync<ObjectDisposedException>(async () => await client.CallAsync<int>("sum"))).Message,
            StringComparison.Ordinal);
        await disposing.WaitAsync(Deadline);
        Assert.Contains(
            "MprpcClient",
            (await Assert.ThrowsAsync<ObjectDisposedException>(() => proxy.SumAsync(1, 2).WaitAsync(Deadline))).Message,
            StringComparison.Ordinal);
        await Task.WhenAll(sending.Select(task => Record.ExceptionAsync(() => task).AsTask())).WaitAsync(Deadline);
    }

    [Fact]
    public async Task DisposeAsync_CallsWaitForAPlace_Fail()
    {
        using var server = new ScriptedServer();
        var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxInFlightPerConnection = 1 });
        Task<int>[] calls = [.. Enumerable.Range(0, 10).Select(_ => client.CallAsync<int>("sum").AsTask())];
        await (await server.AcceptAsync()).ReadAsync();

        await client.DisposeAsync().AsTask().WaitAsync(Deadline);

        foreach (Task<int> call in calls)
        {
            Exception? exception = await Record.ExceptionAsync(() => call.WaitAsync(Deadline));
            Assert.True(exception is MprpcConnectionException or ObjectDisposedException, exception?.ToString());
        }
    }

    [Fact]
    public async Task DisposeAsync_WaitsForTheNextAttempt_CallsFail()
    {
        string url;

        using (var server = new ScriptedServer())
        {
            url = server.Url;
        }

        var reconnect = new MprpcReconnectOptions { InitialDelay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) };
        var client = new MprpcClient(url, new MprpcClientOptions { Reconnect = reconnect });
        await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum").AsTask().WaitAsync(Deadline));
        Task<int> call = client.CallAsync<int>("sum").AsTask();
        Task notification = client.NotifyAsync("sum").AsTask();

        await client.DisposeAsync().AsTask().WaitAsync(Deadline);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => call.WaitAsync(Deadline));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => notification.WaitAsync(Deadline));
    }

    [Fact]
    public async Task DisposeAsync_WhileConnecting_LeavesNoConnectionAndNoCallBehind()
    {
        for (int i = 0; i < 100; i++)
        {
            using var server = new ScriptedServer();
            var client = new MprpcClient(server.Url);
            Task<int> call = client.CallAsync<int>("sum").AsTask();
            Task disposing = Task.Run(async () => await client.DisposeAsync());

            Exception? exception = await Record.ExceptionAsync(() => call.WaitAsync(Deadline));
            await disposing.WaitAsync(Deadline);

            Assert.True(exception is MprpcConnectionException or ObjectDisposedException, exception?.ToString());
            Assert.Equal(MprpcClientState.Disposed, client.State);
        }
    }

    [Fact]
    public async Task DisposeAsync_NotificationsOnTheirWay_Arrive()
    {
        for (int round = 0; round < 10; round++)
        {
            using var server = new ScriptedServer();
            MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
            ScriptedConnection connection = await server.AcceptAsync();

            for (int i = 0; i < 20; i++)
            {
                await client.NotifyAsync("set_x", new byte[20_000]);
            }

            // Read meanwhile: the system's buffers may hold less.
            Task disposing = client.DisposeAsync().AsTask();

            for (int i = 0; i < 20; i++)
            {
                Assert.StartsWith("9302a57365745f78", await connection.ReadAsync(), StringComparison.Ordinal);
            }

            await disposing.WaitAsync(Deadline);
            Assert.Null(await connection.TryReadAsync());       // FIN, not a reset
        }
    }

    [Fact]
    public async Task DisposeAsync_ServerDoesNotRead_EndsAllTheSame()
    {
        using var server = new ScriptedServer();
        MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
        await server.AcceptAsync();
        Task[] sending = [.. Enumerable.Range(0, 100).Select(_ => client.NotifyAsync("set_x", new byte[256 * 1024]).AsTask())];

        await client.DisposeAsync().AsTask().WaitAsync(Deadline);

        await Task.WhenAll(sending.Select(task => Record.ExceptionAsync(() => task).AsTask())).WaitAsync(Deadline);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DisposeAsync_CallbackOfTheTokenProvidersTokenThrowsOrBlocks_ClosesTheConnectionsAllTheSame(bool throws)
    {
        using var release = new ManualResetEventSlim();
        using var server = new ScriptedServer();
        var client = new MprpcClient(server.Url, new MprpcClientOptions
        {
            TokenProvider = async (_, token) =>
            {
                token.Register(() =>
                {
                    release.Wait(throws ? 0 : -1, CancellationToken.None);
                    throw new InvalidOperationException("user code");
                });
                await Task.Yield();
                return new MprpcToken("Bearer", "t");
            },
        });
        Task<int> call = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.ReadAsync();

        await client.DisposeAsync().AsTask().WaitAsync(Deadline);

        await connection.WaitForEndAsync();
        Assert.NotNull(await Record.ExceptionAsync(() => call.WaitAsync(Deadline)));
        release.Set();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DisposeAsync_CallsRunAtTheServer_AreCancelledThereAtOnceAndNotificationsBeforeArrive(bool isGivenUp)
    {
        await using RealServer server = await RealServer.StartAsync();
        MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
        Task call = client.CallAsync("wait", new MprpcCallOptions { Timeout = isGivenUp ? TimeSpan.FromMilliseconds(500) : Timeout.InfiniteTimeSpan }).AsTask();
        await server.Service.Waiting.Task.WaitAsync(Deadline);
        Exception? failure = isGivenUp ? await Record.ExceptionAsync(() => call.WaitAsync(Deadline)) : null;

        for (int i = 0; i < 100; i++)
        {
            await client.NotifyAsync("notify");
        }

        await client.DisposeAsync().AsTask().WaitAsync(Deadline);

        // Without the reset: when the server's half-close time of 30 s is up.
        await server.Service.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(15));
        failure ??= await Record.ExceptionAsync(() => call.WaitAsync(Deadline));
        Assert.True(failure is MprpcConnectionException or TimeoutException, failure?.ToString());
        Assert.Equal(100, server.Service.Notified);
    }

    [Fact]
    public async Task StateChanged_FromTheFirstCallToTheEnd_TellsEachState()
    {
        using var server = new ScriptedServer();
        var client = new MprpcClient(server.Url);
        var states = new BlockingCollection<MprpcClientState>();
        client.StateChanged += (_, _) => states.Add(client.State);

        for (int round = 0; round < 3; round++)
        {
            Task<int> call = client.CallAsync<int>("sum").AsTask();
            Assert.Equal(MprpcClientState.Connecting, Next());
            ScriptedConnection connection = await server.AcceptAsync();
            await connection.AnswerAsync("c003");
            await call.WaitAsync(Deadline);
            Assert.Equal(MprpcClientState.Connected, Next());
            connection.Finish();
            Assert.Equal(MprpcClientState.Disconnected, Next());
        }

        await client.DisposeAsync();
        Assert.Equal(MprpcClientState.Disposed, Next());
        Assert.Empty(states);

        MprpcClientState Next()
        {
            Assert.True(states.TryTake(out MprpcClientState state, Deadline));
            return state;
        }
    }

    [Fact]
    public async Task StateChanged_HandlerThrows_ChangesNothing()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url);
        client.StateChanged += (_, _) => throw new InvalidOperationException("user code");

        Task<int> call = client.CallAsync<int>("sum").AsTask();
        await (await server.AcceptAsync()).AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
    }
}
