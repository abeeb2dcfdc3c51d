using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Mprpc.Client.Transports;
using Mprpc.Tests.Kit;

namespace Mprpc.Client.Tests;

/// <summary>A client that is connected to several servers at once.</summary>
public sealed class BalancingTests
{
    // {"message": "no", "code": "busy"}
    private const string Busy = "82a76d657373616765a26e6fa4636f6465a462757379c0";

    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Fact]
    public async Task Calls_OneServerIsTenTimesSlower_GetsLessThanThreeTenthsOfAFastOnesShare()
    {
        using var folder = new TemporaryFolder();
        Work[] works = [new(50), new(5), new(5)];
        string[] urls = [.. works.Select((_, index) => $"unix://{folder.PathOf($"{index}.sock")}")];
        List<WebApplication> servers = [];

        for (int i = 0; i < works.Length; i++)
        {
            servers.Add(await StartAsync(works[i], urls[i]));
        }

        await using (var client = new MprpcClient(new MprpcClientOptions { Servers = MprpcServerSource.Fixed(urls) }))
        {
            await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
            {
                for (int call = 0; call < 60; call++)
                {
                    await client.CallAsync("work").InTime();
                }
            }));
            Assert.Equal(3, client.ConnectionCount);
        }

        foreach (WebApplication server in servers)
        {
            await server.StopAsync().InTime();
            await server.DisposeAsync();
        }

        Assert.InRange(works[0].Runs, 1, 0.3 * works[1].Runs);
        Assert.InRange(works[0].Runs, 1, 0.3 * works[2].Runs);
    }

    [Fact]
    public async Task Busy_OneOfTwoServers_CallIsMadeAgainOnTheOther()
    {
        using var one = new ScriptedServer();
        using var two = new ScriptedServer();
        await using MprpcClient client = Of(one, two);
        (Task<int> first, Task<int> second, ScriptedConnection busy, ScriptedConnection other) = await ConnectToBothAsync(client, one, two);

        await busy.SendAsync(Hex.Answer(await busy.ReadAsync(), Busy));
        await other.AnswerAsync("c003");
        await busy.AnswerAsync("c004");

        Assert.Equal((3, 4), (await first.WaitAsync(Deadline), await second.WaitAsync(Deadline)));
    }

    [Fact]
    public async Task Busy_EachServer_FailsAfterThreeRepetitions()
    {
        using var one = new ScriptedServer();
        using var two = new ScriptedServer();
        await using MprpcClient client = Of(one, two);
        (Task<int> first, Task<int> second, ScriptedConnection busy, ScriptedConnection other) = await ConnectToBothAsync(client, one, two);

        await busy.SendAsync(Hex.Answer(await busy.ReadAsync(), Busy));
        await busy.AnswerAsync("c004");

        // To and fro, since the one that has refused last is the one to be avoided.
        await other.AnswerAsync(Busy);
        await busy.AnswerAsync(Busy);
        await other.AnswerAsync(Busy);

        Assert.Equal("busy", (await Assert.ThrowsAsync<MprpcRemoteException>(() => first.WaitAsync(Deadline))).Code);
        Assert.Equal(4, await second.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Busy_ClientOfOneServer_Fails()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url);

        Task<int> call = client.CallAsync<int>("sum", new MprpcCallOptions { Idempotent = true }, 1, 2).AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync(Busy);

        await Assert.ThrowsAsync<MprpcRemoteException>(() => call.WaitAsync(Deadline));
        Assert.True(await connection.IsSilentAsync());
    }

    [Fact]
    public async Task Calls_OneAtATime_NeedOneConnection()
    {
        using var one = new ScriptedServer();
        using var two = new ScriptedServer();
        await using MprpcClient client = Of(one, two);
        await client.ConnectAsync().AsTask().WaitAsync(Deadline);
        ScriptedConnection connection = await (one.IsDialled ? one : two).AcceptAsync();

        for (int i = 0; i < 3; i++)
        {
            Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
            await connection.AnswerAsync("c003");
            await call.WaitAsync(Deadline);
        }

        Assert.False(one.IsDialled || two.IsDialled);
        Assert.Equal(1, client.ConnectionCount);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task Calls_AtOnce_ConnectToAsManyServersAsTheOptionSays(int servers, bool isDialled)
    {
        using var one = new ScriptedServer();
        using var two = new ScriptedServer();
        await using MprpcClient client = Of(one, two, servers);
        await client.ConnectAsync().AsTask().WaitAsync(Deadline);
        ScriptedServer first = one.IsDialled ? one : two;
        ScriptedConnection connection = await first.AcceptAsync();

        Task<int>[] calls = [.. Enumerable.Range(0, 3).Select(_ => client.CallAsync<int>("sum", 1, 2).AsTask())];

        if (isDialled)
        {
            await Bounded.Until(() => client.ConnectionCount == 2, "the client connects to both");
        }

        Assert.Equal(isDialled, (first == one ? two : one).IsDialled);
        Assert.False(first.IsDialled);

        foreach (Task<int> call in calls)
        {
            await connection.AnswerAsync("c003");
        }

        await Task.WhenAll(calls).WaitAsync(Deadline);
    }

    [Fact]
    public async Task Failures_InARow_TakeAServerOutForLongerEachTime()
    {
        var clock = new FakeTimeProvider();
        var options = new MprpcClientOptions { TimeProvider = clock };
        var dead = new TestDialer((_, _) => throw new MprpcConnectionException("It is dead."));
        var dialer = new ServerListDialer(MprpcServerSource.Fixed("tcp://a:1", "tcp://b:2", "tcp://c:3"), _ => dead, options.Freeze());
        List<double> pauses = [];

        for (int failure = 0; failure < 12; failure++)
        {
            Assert.Equal(3, dialer.Usable);
            await Assert.ThrowsAsync<MprpcConnectionException>(() => dialer.ConnectAsync(CancellationToken.None));
            Assert.Equal(1, dialer.Usable);     // there is always one to be tried
            TimeSpan pause = TimeSpan.Zero;

            while (dialer.Usable < 3)
            {
                clock.Advance(TimeSpan.FromMilliseconds(100));
                pause += TimeSpan.FromMilliseconds(100);
                dialer.Refresh();
                Assert.Equal(pause < TimeSpan.FromMilliseconds(200), dialer.Usable < 2);       // for longer only half of them, rounded down
            }

            pauses.Add(pause.TotalSeconds);
        }

        Assert.Equal([0.2, 0.2, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30], pauses.Select(pause => Math.Round(pause, 1)));
        Assert.Equal(36, dead.Attempts);
    }

    [Fact]
    public async Task FurtherConnection_OtherServerFails_IsNotMadeToTheSameServer()
    {
        using var server = new ScriptedServer();
        Dialer real = Dialers.To(server.Url, new MprpcClientOptions().Freeze());
        var dead = new TestDialer((_, _) => throw new MprpcConnectionException("It is dead."));
        var dialer = new ServerListDialer(
            MprpcServerSource.Fixed("tcp://a:1", "tcp://b:2"), address => address.Address.Port == 1 ? real : dead, new MprpcClientOptions().Freeze());
        bool isConnected = false;
        dialer.Watch(() => { }, () => isConnected);

        ClientTransport transport = await dialer.ConnectAsync(CancellationToken.None).WaitAsync(Deadline);
        isConnected = true;
        int attempts = dead.Attempts;
        await Assert.ThrowsAsync<MprpcConnectionException>(() => dialer.ConnectAsync(CancellationToken.None).WaitAsync(Deadline));
        Assert.Equal(attempts + 1, dead.Attempts);
        isConnected = false;
        ClientTransport needed = await dialer.ConnectAsync(CancellationToken.None).WaitAsync(Deadline);

        transport.Abort();
        needed.Abort();
    }

    [Fact]
    public void Option_Zero_IsRefused()
        => Assert.Throws<ArgumentOutOfRangeException>(() => new MprpcClientOptions { MaxConnectedServers = 0 }.Freeze());

    private static MprpcClient Of(ScriptedServer one, ScriptedServer two, int servers = 8)
        => new(new MprpcClientOptions
        {
            Servers = MprpcServerSource.Fixed(one.Url, two.Url),
            MaxConnectedServers = servers,
            Extensions = MprpcExtensions.Never,
        });

    /// <summary>Two calls on the way to one server, and a connection to the other that they have brought about.</summary>
    private static async Task<(Task<int> First, Task<int> Second, ScriptedConnection Used, ScriptedConnection Other)> ConnectToBothAsync(
        MprpcClient client, ScriptedServer one, ScriptedServer two)
    {
        await client.ConnectAsync().AsTask().WaitAsync(Deadline);
        (ScriptedServer used, ScriptedServer other) = one.IsDialled ? (one, two) : (two, one);
        Task<int> first = client.CallAsync<int>("sum", 1, 2).AsTask();
        Task<int> second = client.CallAsync<int>("sum", 1, 3).AsTask();
        ScriptedConnection connection = await used.AcceptAsync();
        await Bounded.Until(() => client.ConnectionCount == 2, "the client connects to both");
        return (first, second, connection, await other.AcceptAsync());
    }

    private static async Task<WebApplication> StartAsync(Work work, string url)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        builder.Services.AddSingleton(work);
        builder.Services.AddMprpc();
        WebApplication application = builder.Build();
        application.MapMprpcService<Work>(url);
        await application.StartAsync();
        return application;
    }

    [SuppressMessage("Performance", "CA1812", Justification = "It is made by the test.")]
    internal sealed class Work(int milliseconds)
    {
        private int _runs;

        public int Runs => Volatile.Read(ref _runs);

        [MprpcMethod("work")]
        public Task DoAsync()
        {
            Interlocked.Increment(ref _runs);
            return Task.Delay(milliseconds);
        }
    }
}
