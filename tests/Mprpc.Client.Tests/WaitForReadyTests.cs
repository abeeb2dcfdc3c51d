using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Mprpc.Tests.Kit;

namespace Mprpc.Client.Tests;

/// <summary>Calls that wait for a server which cannot be reached yet, and how long they say that they have waited.</summary>
public sealed class WaitForReadyTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;
    private static readonly MprpcCallOptions Waiting = new() { WaitForReady = true };

    [Fact]
    public async Task Call_ServerStartsLater_IsAnswered()
    {
        int port = FreePort();
        await using MprpcClient client = Create(port, new MprpcClientOptions { WaitForReady = true });
        Task failed = FailedAttempts(client, count: 2);

        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        Task<int> typed = client.As<ClientRegistrationTests.ISum>().SumAsync(1, 2);
        Task notification = client.NotifyAsync("set_x", 1).AsTask();
        await failed.WaitAsync(Deadline);
        using var server = new ScriptedServer(port);
        ScriptedConnection connection = await server.AcceptAsync();
        string[] methods = [];

        for (int i = 0; i < 3; i++)
        {
            string message = await connection.ReadAsync();
            methods = [.. methods, message[..2]];

            if (message.StartsWith("94", StringComparison.Ordinal))
            {
                await connection.SendAsync(Hex.Answer(message, "c003"));
            }
        }

        Assert.Equal((3, 3), (await call.WaitAsync(Deadline), await typed.WaitAsync(Deadline)));
        await notification.WaitAsync(Deadline);
        Assert.Equal(["93", "94", "94"], methods.Order());
    }

    [Fact]
    public async Task Call_WaitsBecauseItSaysSo_WhereTheClientDoesNot()
    {
        int port = FreePort();
        await using MprpcClient client = Create(port, new MprpcClientOptions());
        Task failed = FailedAttempts(client, count: 2);

        Task<int> call = client.CallAsync<int>("sum", Waiting, 1, 2).AsTask();
        await failed.WaitAsync(Deadline);
        using var server = new ScriptedServer(port);
        await (await server.AcceptAsync()).AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Call_DoesNotWaitBecauseItSaysSo_WhereTheClientDoes()
    {
        await using MprpcClient client = Create(FreePort(), new MprpcClientOptions { WaitForReady = true });

        var atOnce = new MprpcCallOptions { WaitForReady = false };
        await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", atOnce).AsTask().WaitAsync(Deadline));
    }

    [Fact]
    public async Task Call_WithAPlaceOfALimitedPool_WaitsToo()
    {
        int port = FreePort();
        await using MprpcClient client = Create(port, new MprpcClientOptions { WaitForReady = true, MaxInFlightPerConnection = 1 });
        Task failed = FailedAttempts(client, count: 2);

        Task<int>[] calls = [.. Enumerable.Range(0, 3).Select(_ => client.CallAsync<int>("sum").AsTask())];
        await failed.WaitAsync(Deadline);
        using var server = new ScriptedServer(port);
        ScriptedConnection connection = await server.AcceptAsync();

        for (int i = 0; i < calls.Length; i++)
        {
            await connection.AnswerAsync("c003");
        }

        int[] results = await Task.WhenAll(calls).WaitAsync(Deadline);
        Assert.Equal([3, 3, 3], results);
    }

    [Fact]
    public async Task Call_ServerNeverComes_TimesOutAndNamesTheLastFailure()
    {
        int port = FreePort();
        var clock = new FakeTimeProvider();
        var timeout = TimeSpan.FromMilliseconds(500);
        var log = new TextLog();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(log));
        await using MprpcClient client = Create(
            port, new MprpcClientOptions { WaitForReady = true, CallTimeout = timeout, TimeProvider = clock, LoggerFactory = loggers });

        Task<int> call = client.CallAsync<int>("sum").AsTask();
        await Bounded.Until(() => log.Lines.Any(line => line.Contains("failed 1 times", StringComparison.Ordinal)), "the failure");
        clock.Advance(timeout);
        var exception = await Assert.ThrowsAsync<TimeoutException>(() => call.WaitAsync(Deadline));

        Assert.StartsWith(
            "The call of 'sum' was not sent within 500 ms: it waited for the server, and the last attempt to connect failed. "
                + $"Cannot connect to tcp://127.0.0.1:{port}: ",
            exception.Message,
            StringComparison.Ordinal);
        Assert.IsType<MprpcConnectionException>(exception.InnerException);
    }

    [Fact]
    public async Task Call_CancelledWhileItWaits_IsCancelled()
    {
        await using MprpcClient client = Create(FreePort(), new MprpcClientOptions { WaitForReady = true });
        using var source = new CancellationTokenSource();
        Task failed = FailedAttempts(client, count: 2);

        Task<int> call = client.CallAsync<int>("sum", source.Token).AsTask();
        await failed.WaitAsync(Deadline);
        await source.CancelAsync();

        var exception = await Assert.ThrowsAsync<OperationCanceledException>(() => call.WaitAsync(Deadline));
        Assert.Equal(source.Token, exception.CancellationToken);
    }

    [Fact]
    public async Task Calls_ClientDisposedWhileTheyWait_Fail()
    {
        MprpcClient client = Create(FreePort(), new MprpcClientOptions { WaitForReady = true });
        Task failed = FailedAttempts(client, count: 2);
        Task<int> call = client.CallAsync<int>("sum").AsTask();
        Task notification = client.NotifyAsync("sum").AsTask();
        await failed.WaitAsync(Deadline);

        await client.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => call.WaitAsync(Deadline));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => notification.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Call_StreamHasEnded_FailsAtOnce()
    {
        await using MprpcClient client = MprpcClient.FromStream(new MemoryStream(), new MprpcClientOptions { WaitForReady = true, Reconnect = Quick() });
        await client.WaitForDisconnectAsync().WaitAsync(Deadline);

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum").AsTask().WaitAsync(Deadline));

        Assert.Contains("a stream cannot be connected again", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_LoginRefused_FailsAtOnce()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(
            server.Url,
            new MprpcClientOptions
            {
                WaitForReady = true,
                Reconnect = Quick(),
                TokenProvider = (_, _) => ValueTask.FromResult(new MprpcToken("Bearer", "bad")),
            });

        Task<int> call = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync("af756e61757468656e74696361746564c0");     // "unauthenticated", nil
        await connection.AnswerAsync("af756e61757468656e74696361746564c0");

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline));
        Assert.StartsWith("Cannot log in to", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConnectAsync_ServerStartsLater_Connects()
    {
        int port = FreePort();
        var options = new MprpcClientOptions { WaitForReady = true, Reconnect = Quick() };
        Task<MprpcClient> connecting = MprpcClient.ConnectAsync($"tcp://127.0.0.1:{port}", options).AsTask();
        using var server = new ScriptedServer(port);

        await using MprpcClient client = await connecting.WaitAsync(Deadline);

        Assert.True(client.IsConnected);
    }

    [Fact]
    public async Task Options_OfConfiguration_SetIt()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("Mprpc:Clients:calc:WaitForReady", "true")]).Build());
        services.AddMprpcClient<ClientRegistrationTests.ISum>("calc");
        await using ServiceProvider provider = services.BuildServiceProvider();

        MprpcClientOptions options = provider.GetRequiredService<IOptionsMonitor<MprpcClientOptions>>().Get("calc");

        Assert.True(options.WaitForReady);
    }

    [Fact]
    public async Task Timeout_AfterAWaitForTheConnection_SaysWhatWasGivenAndHowItWasSpent()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(
            server.Url,
            new MprpcClientOptions { TimeProvider = clock, CallTimeout = TimeSpan.FromSeconds(5), MaxInFlightPerConnection = 1 });
        Task<int> first = client.CallAsync<int>("sum", new MprpcCallOptions { Timeout = TimeSpan.FromMinutes(1) }).AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        string request = await connection.ReadAsync();

        Task<int> second = client.CallAsync<int>("sum").AsTask();      // waits for the only place
        clock.Advance(TimeSpan.FromSeconds(4));
        await connection.SendAsync(Hex.Answer(request, "c003"));
        await connection.ReadAsync();
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(3, await first.WaitAsync(Deadline));
        var exception = await Assert.ThrowsAsync<TimeoutException>(() => second.WaitAsync(Deadline));
        Assert.StartsWith(
            "The call of 'sum' had no answer within 5,000 ms, of which 4,000 ms had passed before it was sent. It may still run",
            exception.Message,
            StringComparison.Ordinal);
    }

    /// <summary>A port that nobody listens on: of a listener that has closed.</summary>
    private static int FreePort()
    {
        using var server = new ScriptedServer();
        return server.Port;
    }

    private static MprpcReconnectOptions Quick() => new() { InitialDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(20) };

    private static MprpcClient Create(int port, MprpcClientOptions options)
    {
        options.Reconnect = Quick();
        return new MprpcClient($"tcp://127.0.0.1:{port}", options);
    }

    /// <summary>Completes when so many attempts to connect have failed.</summary>
    private static Task FailedAttempts(MprpcClient client, int count)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int failed = 0;
        client.StateChanged += (_, _) =>
        {
            if (client.State == MprpcClientState.Disconnected && Interlocked.Increment(ref failed) == count)
            {
                reached.TrySetResult();
            }
        };
        return reached.Task;
    }
}
