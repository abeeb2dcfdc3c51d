using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Mprpc.Client.Tests;

/// <summary>A client that the server calls: it keeps its connection without calls of its own, and tells when it has another.</summary>
public sealed class KeptConnectionTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromHours(1);

    [Fact]
    public async Task Client_WithHandlers_RedialsAfterALossWithoutACall()
    {
        using var server = new ScriptedServer();
        await using var client = Create(server, options => options.AddHandler("show", (string text) => { }));
        await ConnectAsync(client, server);

        using ScriptedConnection second = await server.GreetAsync().WaitAsync(ScriptedServer.Deadline);
        await second.SendAsync("94 00 07 a473686f77 91 a178");

        Assert.Equal("940107c0c0", await second.ReadAsync());
    }

    [Fact]
    public async Task Client_WithHandlers_RedialsWithTheDelaysUntilTheServerIsBack()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        var log = new TextLog();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(log));
        await using var client = Create(
            server,
            options =>
            {
                options.AddHandler("show", (string text) => { });
                options.LoggerFactory = loggers;
            },
            clock);
        Task connecting = client.ConnectAsync().AsTask();
        ScriptedConnection first = await server.GreetAsync().WaitAsync(ScriptedServer.Deadline);
        await connecting.WaitAsync(ScriptedServer.Deadline);
        int port = server.Port;
        server.StopListening();

        first.Dispose();
        await WaitUntilAsync(() => log.Lines.Any(line => line.Contains("failed 1 times", StringComparison.Ordinal)));     // made at once
        using var again = new ScriptedServer(port);
        bool waits = await again.IsSilentAsync();
        Task<ScriptedConnection> greeting = again.GreetAsync();

        for (int i = 0; !greeting.IsCompleted && i < 100; i++)
        {
            clock.Advance(Delay);
            await Task.WhenAny(greeting, Task.Delay(20));
        }

        using ScriptedConnection second = await greeting.WaitAsync(ScriptedServer.Deadline);
        Assert.True(waits);
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, false)]
    public async Task Client_WithoutHandlersOrNotToKeep_WaitsForTheNextCall(bool serves, bool? keeps)
    {
        using var server = new ScriptedServer();
        await using var client = Create(server, options =>
        {
            options.Reconnect.KeepConnected = keeps;
            options.Extensions = MprpcExtensions.Always;

            if (serves)
            {
                options.AddHandler("show", (string text) => { });
            }
        });
        await ConnectAsync(client, server);
        await client.WaitForDisconnectAsync().WaitAsync(ScriptedServer.Deadline);

        Assert.True(await server.IsSilentAsync());
    }

    [Fact]
    public async Task Client_BeforeItsFirstConnection_DialsOnlyWhenItIsUsed()
    {
        using var server = new ScriptedServer();
        await using var client = Create(server, options => options.AddHandler("show", (string text) => { }));

        Assert.True(await server.IsSilentAsync());
    }

    [Fact]
    public async Task Reconnected_AfterALoss_IsToldWithTheConnectionAndNotOfTheFirst()
    {
        using var server = new ScriptedServer();
        await using var client = Create(server, options => options.AddHandler("show", (string text) => { }));
        int told = 0;
        client.Reconnected += _ => throw new InvalidOperationException("a handler of the test");
        client.Reconnected += async connection =>
        {
            Interlocked.Increment(ref told);
            await connection.NotifyAsync("join", "eu");
        };
        await ConnectAsync(client, server);
        int before = Volatile.Read(ref told);

        using ScriptedConnection second = await server.GreetAsync().WaitAsync(ScriptedServer.Deadline);

        Assert.Equal("9302a46a6f696e91a26575", await second.ReadAsync());
        Assert.Equal((0, 1), (before, told));
    }

    [Fact]
    public async Task On_AfterTheClientHasSaidThatItServesNothing_TellsTheServerByAnotherConnection()
    {
        using var server = new ScriptedServer();
        await using var client = Create(server, options => options.Extensions = MprpcExtensions.Always);
        Task connecting = client.ConnectAsync().AsTask();
        using ScriptedConnection first = await server.AcceptAsync(isPlain: false).WaitAsync(ScriptedServer.Deadline);
        string before = await first.AnswerAsync(ScriptedServer.Offer);
        await connecting.WaitAsync(ScriptedServer.Deadline);

        using IDisposable registration = client.On("show", (string text) => { });
        using ScriptedConnection second = await server.AcceptAsync(isPlain: false).WaitAsync(ScriptedServer.Deadline);
        string after = await second.AnswerAsync(ScriptedServer.Offer);

        Assert.DoesNotContain("63616c6c73", before, StringComparison.Ordinal);      // "calls"
        Assert.Contains("63616c6c73", after, StringComparison.Ordinal);
        await first.WaitForEndAsync();
    }

    private static MprpcClient Create(ScriptedServer server, Action<MprpcClientOptions> configure, FakeTimeProvider? clock = null)
    {
        var options = new MprpcClientOptions
        {
            TimeProvider = clock ?? TimeProvider.System,
            HeartbeatInterval = null,
            Reconnect = new() { InitialDelay = clock is null ? TimeSpan.Zero : Delay, MaxDelay = clock is null ? TimeSpan.Zero : Delay, Jitter = 0 },
        };
        configure(options);
        return new MprpcClient(server.Url, options);
    }

    private static async Task WaitUntilAsync(Func<bool> isReached)
    {
        using var tooLate = new CancellationTokenSource(ScriptedServer.Deadline);

        while (!isReached())
        {
            await Task.Delay(1, tooLate.Token);
        }
    }

    /// <summary>Makes the first connection, and loses it.</summary>
    private static async Task ConnectAsync(MprpcClient client, ScriptedServer server)
    {
        Task connecting = client.ConnectAsync().AsTask();
        using ScriptedConnection first = await server.GreetAsync().WaitAsync(ScriptedServer.Deadline);
        await connecting.WaitAsync(ScriptedServer.Deadline);
    }
}
