using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;
using Mprpc.Client.Transports;
using Mprpc.Tests.Kit;

namespace Mprpc.Client.Tests;

/// <summary>Where clients find their servers: names with several addresses, lists that change.</summary>
public sealed class ServerSourceTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Theory]
    [InlineData("tcp://service.test:{0}")]
    [InlineData("tls://service.test:{0}")]
    [InlineData("ws://service.test:{0}/rpc")]
    public async Task Url_NameWithThreeAddresses_ClientsBeginWithEachOfThem(string url)
    {
        (ScriptedServer[] servers, int port) = Listen("127.0.0.1", "127.0.0.2", "127.0.0.3");
        url = string.Format(CultureInfo.InvariantCulture, url, port);
        int[] dialled = new int[3];
        var options = new MprpcClientOptions { LookUp = (_, _) => Task.FromResult(Addresses("127.0.0.1", "127.0.0.2", "127.0.0.3")) };
        using var stop = new CancellationTokenSource();
        Task[] counting = [.. servers.Select((server, index) => CountAsync(server, () => dialled[index]++, stop.Token))];

        // One address is left out by chance once in ten milliards of runs.
        for (int client = 0; client < 60; client++)
        {
            await TryDialAsync(Dialers.To(url, options.Freeze()));
        }

        await Bounded.Until(() => dialled.Sum() >= 60, "each of them is counted");      // a connection is there before it is accepted
        await stop.CancelAsync();
        await Task.WhenAll(counting);
        Array.ForEach(servers, server => server.Dispose());
        Assert.All(dialled, count => Assert.InRange(count, 1, 200));
    }

    [Fact]
    public async Task Dns_AddressIsTakenAway_ConnectionIsRetiredAndCallsGoToTheOther()
    {
        (ScriptedServer[] servers, int port) = Listen("127.0.0.1", "127.0.0.2");
        using ScriptedServer one = servers[0];
        using ScriptedServer two = servers[1];
        var clock = new FakeTimeProvider();
        IPAddress[] addresses = Addresses("127.0.0.1");
        var options = new MprpcClientOptions
        {
            Servers = MprpcServerSource.Dns($"tcp://service.test:{port}", (_, _) => Task.FromResult(addresses)),
            TimeProvider = clock,
        };
        await using var client = new MprpcClient(options);

        Task<int> first = client.CallAsync<int>("sum", 1, 2).AsTask();
        ScriptedConnection old = await one.AcceptAsync();
        await old.AnswerAsync("c003");
        Assert.Equal(3, await first.WaitAsync(Deadline));
        addresses = Addresses("127.0.0.2");
        Task ended = old.WaitForEndAsync();
        await AdvanceUntilAsync(clock, ended);
        Task<int> second = client.CallAsync<int>("sum", 1, 3).AsTask();
        await (await two.AcceptAsync()).AnswerAsync("c004");

        Assert.Equal(4, await second.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Dns_LookUpFails_LastListIsKept()
    {
        using var server = new ScriptedServer();
        using var log = new TextLog();
        using ILoggerFactory loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        int asked = 0;
        var options = new MprpcClientOptions
        {
            Servers = MprpcServerSource.Dns($"tcp://service.test:{server.Port}", (_, _) => Interlocked.Increment(ref asked) == 1
                ? Task.FromResult(Addresses("127.0.0.1"))
                : throw new SocketException((int)SocketError.TryAgain)),
            ServersRefreshInterval = TimeSpan.FromMilliseconds(20),
            LoggerFactory = loggers,
        };
        await using var client = new MprpcClient(options);

        await client.ConnectAsync().AsTask().WaitAsync(Deadline);
        ScriptedConnection connection = await server.AcceptAsync();
        await Bounded.Until(() => Volatile.Read(ref asked) > 2, "the source is asked again");
        connection.Dispose();
        await Bounded.Until(() => !client.IsConnected, "the loss is noticed");
        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        await (await server.AcceptAsync()).AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
        Assert.Contains(log.Lines, line => line.Contains("could not be found; the client goes on with the 1 that it knows", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dns_LookUpFailsAtFirst_CallFailsAndTheNextOneAsksAgain()
    {
        using var server = new ScriptedServer();
        bool isKnown = false;
        var options = new MprpcClientOptions
        {
            Servers = MprpcServerSource.Dns($"tcp://service.test:{server.Port}", (_, _) => isKnown
                ? Task.FromResult(Addresses("127.0.0.1"))
                : throw new SocketException((int)SocketError.HostNotFound)),
        };
        await using var client = new MprpcClient(options);

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", 1, 2).AsTask().WaitAsync(Deadline));
        isKnown = true;
        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        await (await server.AcceptAsync()).AnswerAsync("c003");

        Assert.StartsWith($"The servers of tcp://service.test:{server.Port} cannot be found: ", exception.Message, StringComparison.Ordinal);
        Assert.False(exception.RequestWasSent);
        Assert.Equal(3, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Dns_AddressOfTheOtherFamily_IsTriedWhenNoneOfThePreferredAnswers()
    {
        using var server = new ScriptedServer();
        var options = new MprpcClientOptions
        {
            Servers = MprpcServerSource.Dns($"tcp://service.test:{server.Port}", (_, _) => Task.FromResult(Addresses("::1", "127.0.0.1"))),
        };

        for (int client = 0; client < 8; client++)
        {
            ClientTransport transport = await Dialers.To(null, options.Freeze()).ConnectAsync(CancellationToken.None).WaitAsync(Deadline);
            Assert.Equal(AddressFamily.InterNetwork, Assert.IsType<IPEndPoint>(transport.RemoteEndPoint).Address.MapToIPv4().AddressFamily);
            transport.Abort();
        }
    }

    [Fact]
    public async Task Source_TokenTells_IsAskedAgainAndCallsMove()
    {
        using var one = new ScriptedServer();
        using var two = new ScriptedServer();
        var source = new ChangingSource(one.Url);
        await using var client = new MprpcClient(new MprpcClientOptions { Servers = source, ServersRefreshInterval = null });

        await client.ConnectAsync().AsTask().WaitAsync(Deadline);
        ScriptedConnection old = await one.AcceptAsync();
        source.Change(two.Url);
        await old.WaitForEndAsync().WaitAsync(Deadline);
        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        await (await two.AcceptAsync()).AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
        Assert.Equal(2, source.Asked);
    }

    [Fact]
    public async Task Source_ConnectionIsLost_IsAskedAgain()
    {
        using var one = new ScriptedServer();
        using var two = new ScriptedServer();
        var source = new ChangingSource(one.Url);
        await using var client = new MprpcClient(new MprpcClientOptions { Servers = source, ServersRefreshInterval = null });

        await client.ConnectAsync().AsTask().WaitAsync(Deadline);
        ScriptedConnection old = await one.AcceptAsync();
        source.ChangeSilently(two.Url);
        one.StopListening();
        old.Dispose();
        await Bounded.Until(() => !client.IsConnected, "the loss is noticed");
        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        await (await two.AcceptAsync()).AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Source_ClientIsDisposed_IsNotAskedAgain()
    {
        using var server = new ScriptedServer();
        var source = new ChangingSource(server.Url);
        var client = new MprpcClient(new MprpcClientOptions { Servers = source });
        await client.ConnectAsync().AsTask().WaitAsync(Deadline);

        await client.DisposeAsync();
        source.Change("tcp://127.0.0.1:1");

        Assert.False(source.IsWatched);
        Assert.Equal(1, source.Asked);
    }

    [Theory]
    [InlineData("tcp://")]
    [InlineData("unix:///tmp/a.sock")]
    [InlineData("orders:6000")]
    public void Dns_NoName_Throws(string url) => Assert.Throws<ArgumentException>(() => MprpcServerSource.Dns(url));

    [Fact]
    public void Configuration_OneName_AsksForAllItsAddresses()
    {
        MprpcClientOptions options = Configured(("Servers", "tcp://localhost:6000"), ("ServersRefreshInterval", "00:00:05"), ("MaxConnectedServers", "3"));

        Assert.Null(options.Servers!.Unchanging);
        Assert.Equal("tcp://localhost:6000", options.Servers.ToString());
        Assert.Equal(TimeSpan.FromSeconds(5), options.ServersRefreshInterval);
        Assert.Equal(3, options.MaxConnectedServers);
    }

    [Fact]
    public void Configuration_List_DoesNotChange()
        => Assert.Equal(["tcp://a:1", "tcp://b:2"], Configured(("Servers:0", "tcp://a:1"), ("Servers:1", "tcp://b:2")).Servers!.Unchanging!.Urls);

    [Fact]
    public void Configuration_NoAddress_ThrowsWithItsKey()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => Configured(("Servers", "orders")));

        Assert.StartsWith("Mprpc:Clients:orders:Servers of the configuration", exception.Message, StringComparison.Ordinal);
    }

    private static MprpcClientOptions Configured(params (string Key, string Value)[] values)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
            values.Select(value => KeyValuePair.Create($"Mprpc:Clients:orders:{value.Key}", (string?)value.Value))).Build());
        services.AddMprpcClient<IOrders>("orders");
        using ServiceProvider provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptionsMonitor<MprpcClientOptions>>().Get("orders");
    }

    private static IPAddress[] Addresses(params string[] addresses) => [.. addresses.Select(IPAddress.Parse)];

    /// <summary>Servers on one port of several addresses of the loopback network.</summary>
    private static (ScriptedServer[] Servers, int Port) Listen(params string[] addresses)
    {
        while (true)
        {
            List<ScriptedServer> servers = [new ScriptedServer(0, addresses[0])];

            try
            {
                servers.AddRange(addresses.Skip(1).Select(address => new ScriptedServer(servers[0].Port, address)));
                return ([.. servers], servers[0].Port);
            }
            catch (SocketException)
            {
                servers.ForEach(server => server.Dispose());    // the port is taken on another of them
            }
        }
    }

    private static async Task CountAsync(ScriptedServer server, Action count, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (server.IsDialled)
            {
                (await server.AcceptAsync()).Dispose();
                count();
            }
            else
            {
                await Task.Delay(1, CancellationToken.None);
            }
        }
    }

    private static async Task TryDialAsync(Dialer dialer)
    {
        try
        {
            (await dialer.ConnectAsync(CancellationToken.None).WaitAsync(Deadline)).Abort();
        }
        catch (MprpcConnectionException)
        {
            // No TLS and no WebSocket there: only where it was dialled matters.
        }
    }

    private static async Task AdvanceUntilAsync(FakeTimeProvider clock, Task task)
    {
        while (!task.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(task, Task.Delay(2));
        }

        await task;
    }

    [MprpcService]
    internal interface IOrders
    {
        Task<int> CountAsync();
    }

    private sealed class ChangingSource(string url) : MprpcServerSource
    {
        private volatile string _url = url;
        private volatile CancellationTokenSource _change = new();
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public bool IsWatched { get; private set; } = true;

        public override ValueTask<MprpcServerList> FindAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return ValueTask.FromResult(new MprpcServerList([_url], new WatchedToken(this, new CancellationChangeToken(_change.Token))));
        }

        public void ChangeSilently(string url) => _url = url;

        public void Change(string url)
        {
            _url = url;
            CancellationTokenSource last = _change;
            _change = new CancellationTokenSource();
            last.Cancel();
        }

        private sealed class WatchedToken(ChangingSource source, IChangeToken token) : IChangeToken, IDisposable
        {
            private IDisposable? _registration;

            public bool HasChanged => token.HasChanged;

            public bool ActiveChangeCallbacks => token.ActiveChangeCallbacks;

            public IDisposable RegisterChangeCallback(Action<object?> callback, object? state)
            {
                source.IsWatched = true;
                _registration = token.RegisterChangeCallback(callback, state);
                return this;
            }

            public void Dispose()
            {
                source.IsWatched = false;
                _registration?.Dispose();
            }
        }
    }
}
