using Microsoft.Extensions.Time.Testing;

namespace Mprpc.Client.Tests;

public sealed class ReconnectTests
{
    private const string Unauthenticated = "af756e61757468656e74696361746564c0";     // "unauthenticated", nil

    private static readonly TimeSpan Delay = TimeSpan.FromHours(1);

    [Fact]
    public async Task Connection_ClosedWithoutAByte_IsFollowedByTheDelay()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        await using var client = Create(server, clock);
        Task<int> first = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.ReadAsync();
        connection.Dispose();
        await Assert.ThrowsAsync<MprpcConnectionException>(() => first.WaitAsync(ScriptedServer.Deadline));

        Task<int> second = client.CallAsync<int>("sum").AsTask();
        Assert.True(await server.IsSilentAsync());
        clock.Advance(Delay);

        await (await server.AcceptAsync()).AnswerAsync("c0 03");
        Assert.Equal(3, await second.WaitAsync(ScriptedServer.Deadline));
    }

    [Fact]
    public async Task Connection_ClosedAfterAnAnswer_IsMadeAgainAtOnce()
    {
        using var server = new ScriptedServer();
        await using var client = Create(server, new FakeTimeProvider());

        for (int i = 0; i < 3; i++)
        {
            Task<int> call = client.CallAsync<int>("sum").AsTask();
            using ScriptedConnection connection = await server.AcceptAsync();
            await connection.AnswerAsync("c0 03");

            Assert.Equal(3, await call.WaitAsync(ScriptedServer.Deadline));
            connection.Dispose();
            await client.WaitForDisconnectAsync().WaitAsync(ScriptedServer.Deadline);
        }
    }

    [Fact]
    public async Task Login_Refused_IsFollowedByTheDelay()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        await using var client = Create(server, clock, (_, _) => ValueTask.FromResult(new MprpcToken("Bearer", "bad")));
        Task<int> first = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync(Unauthenticated);
        await connection.AnswerAsync(Unauthenticated);
        await Assert.ThrowsAsync<MprpcConnectionException>(() => first.WaitAsync(ScriptedServer.Deadline));
        await connection.WaitForEndAsync();
        Assert.True(await server.IsSilentAsync());      // Until the connection has ended on the client's side too.

        Task<int> second = client.CallAsync<int>("sum").AsTask();
        Assert.True(await server.IsSilentAsync());
        clock.Advance(Delay);

        connection = await server.AcceptAsync();
        await connection.AnswerAsync("c0c0");
        await connection.AnswerAsync("c0 03");
        Assert.Equal(3, await second.WaitAsync(ScriptedServer.Deadline));
    }

    [Fact]
    public async Task Attempt_FailsAfterItsCallerHasTimedOut_LeavesNoUnobservedException()
    {
        string name = $"nobody-{Guid.NewGuid():N}";
        var unobserved = new System.Collections.Concurrent.ConcurrentQueue<Exception>();
        EventHandler<UnobservedTaskExceptionEventArgs> handler = (_, e) =>
        {
            if (e.Exception.ToString().Contains(name, StringComparison.Ordinal))
            {
                unobserved.Enqueue(e.Exception);
            }
        };
        TaskScheduler.UnobservedTaskException += handler;

        try
        {
            for (int round = 0; round < 5; round++)
            {
                await FailLateAsync();
            }

            for (int i = 0; i < 5; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= handler;
        }

        Assert.Empty(unobserved);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        async Task FailLateAsync()
        {
            var attempt = new TaskCompletionSource<Transports.ClientTransport>(TaskCreationOptions.RunContinuationsAsynchronously);
            var dialer = new TestDialer((_, _) => attempt.Task);
            var client = new MprpcClient(dialer, new MprpcClientOptions { MaxConnections = 2 }.Freeze());
            var failed = new TaskCompletionSource();
            client.StateChanged += (_, _) => failed.TrySetResult();
            await Assert.ThrowsAsync<TimeoutException>(
                () => client.CallAsync<int>("a", new MprpcCallOptions { Timeout = TimeSpan.FromMilliseconds(20) }).AsTask().WaitAsync(ScriptedServer.Deadline));
            await failed.Task.WaitAsync(ScriptedServer.Deadline);
            failed = new TaskCompletionSource();

            attempt.SetException(new MprpcConnectionException(name));
            await failed.Task.WaitAsync(ScriptedServer.Deadline);
            await client.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Call_TimesOutWhileNobodyCanBeReached_SaysWhatTheLastAttemptSaid(bool isSilent)
    {
        var dialer = new TestDialer((_, token) => isSilent
            ? new TaskCompletionSource<Transports.ClientTransport>().Task.WaitAsync(token)
            : Task.FromException<Transports.ClientTransport>(new MprpcConnectionException("Cannot connect to it: refused.")));
        await using var client = new MprpcClient(dialer, new MprpcClientOptions { Reconnect = new() { InitialDelay = Delay, MaxDelay = Delay } }.Freeze());
        var soon = new MprpcCallOptions { Timeout = TimeSpan.FromMilliseconds(100) };
        await Record.ExceptionAsync(() => client.CallAsync<int>("a", soon).AsTask().WaitAsync(ScriptedServer.Deadline));

        var exception = await Assert.ThrowsAsync<TimeoutException>(
            () => client.CallAsync<int>("a", new MprpcCallOptions { Timeout = TimeSpan.FromMilliseconds(100) }).AsTask().WaitAsync(ScriptedServer.Deadline));

        Assert.DoesNotContain("MaxConnections", exception.Message, StringComparison.Ordinal);
        Assert.Contains(isSilent ? "has not answered" : "Cannot connect to it: refused.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FromStream_ItsStreamHasEnded_CallsFailAtOnce()
    {
        using var stream = new MemoryStream();
        var options = new MprpcClientOptions { Reconnect = new() { InitialDelay = Delay, MaxDelay = Delay } };
        await using MprpcClient client = MprpcClient.FromStream(stream, options);
        await client.WaitForDisconnectAsync().WaitAsync(ScriptedServer.Deadline);

        for (int i = 0; i < 3; i++)
        {
            var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("a").AsTask().WaitAsync(ScriptedServer.Deadline));
            Assert.Contains("cannot be connected again", exception.Message, StringComparison.Ordinal);
        }
    }

    private static MprpcClient Create(
        ScriptedServer server, FakeTimeProvider clock, Func<MprpcTokenContext, CancellationToken, ValueTask<MprpcToken>>? tokens = null)
        => new(server.Url, new MprpcClientOptions
        {
            TimeProvider = clock,
            TokenProvider = tokens,
            Reconnect = new() { InitialDelay = Delay, MaxDelay = Delay, Jitter = 0 },
        });
}
