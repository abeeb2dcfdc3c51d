using System.Net.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.CustomTransports;

/// <summary>MprpcClientOptions.ConnectCallback: a client whose transports the application makes.</summary>
public sealed class ConnectCallbackTests
{
    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Client_AfterALoss_GetsAnotherTransport(string kind)
    {
        await using RpcHost host = await BoardHost.StartAsync();
        int made = 0;
        await using var client = new MprpcClient(new MprpcClientOptions
        {
            ConnectCallback = async (context, _) =>
            {
                Assert.Null(context.Url);
                made++;
                return await ConnectAsync(host, kind);
            },
        });

        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
        host.Server().AbortConnections();
        await client.WaitForDisconnectAsync().InTime();
        Assert.Equal(5, await client.CallAsync<int>("sum", 2, 3).InTime());

        Assert.Equal(2, made);
    }

    [Fact]
    public async Task Client_WithALoginAndSeveralConnections_LogsEachIn()
    {
        await using RpcHost host = await BoardHost.StartAsync(services: services => services
            .AddAuthentication(TokenHandler.Name).AddScheme<AuthenticationSchemeOptions, TokenHandler>(TokenHandler.Name, configureOptions: null));
        int tokens = 0;
        await using var client = new MprpcClient("the board", new MprpcClientOptions
        {
            MaxConnections = 2,
            MaxInFlightPerConnection = 1,
            ConnectCallback = async (context, _) =>
            {
                Assert.Equal("the board", context.Url);
                return await ConnectAsync(host, "pipes");
            },
            TokenProvider = (context, _) =>
            {
                Assert.Equal("the board", context.Address);
                Interlocked.Increment(ref tokens);
                return new ValueTask<MprpcToken>(new MprpcToken(TokenHandler.Name, "alice"));
            },
        });

        Task<int>[] calls = [.. Enumerable.Range(0, 20).Select(i => client.CallAsync<int>("sum", i, 0).InTime())];
        await Task.WhenAll(calls);

        Assert.Equal(Enumerable.Range(0, 20), calls.Select(call => call.Result));
        Assert.Equal("alice", await client.CallAsync<string>("secret").InTime());
        Assert.InRange(tokens, 1, 2);
        Assert.Equal(tokens, host.Server().ConnectionCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Callback_ThatThrows_FailsTheCallAndIsAskedAgainByTheNext(bool isAsync)
    {
        await using RpcHost host = await BoardHost.StartAsync();
        int attempts = 0;
        await using var client = new MprpcClient("/dev/ttyX0", new MprpcClientOptions
        {
            Reconnect = { InitialDelay = TimeSpan.FromMilliseconds(1) },
            ConnectCallback = (_, _) => ++attempts > 1 ? new ValueTask<MprpcTransport>(ConnectAsync(host, "pipes"))
                : isAsync ? ValueTask.FromException<MprpcTransport>(new UnauthorizedAccessException("Access to the port is denied."))
                : throw new UnauthorizedAccessException("Access to the port is denied."),
        });

        var failed = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", 1, 2).InTime());

        Assert.Equal("Cannot connect to /dev/ttyX0: MprpcClientOptions.ConnectCallback failed: Access to the port is denied.", failed.Message);
        Assert.IsType<UnauthorizedAccessException>(failed.InnerException);
        Assert.False(failed.RequestWasSent);
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
    }

    [Theory]
    [InlineData("awaits")]
    [InlineData("blocks")]
    public async Task Callback_ThatHangs_FailsAfterTheConnectTimeoutAndWhatComesLateIsDisposed(string how)
    {
        var clock = new FakeTimeProvider();
        TaskCompletionSource<MprpcTransport> late = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<CancellationToken> asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = new MprpcClient("the board", new MprpcClientOptions
        {
            TimeProvider = clock,
            ConnectTimeout = TimeSpan.FromSeconds(7),
            ConnectCallback = async (_, token) =>
            {
                asked.TrySetResult(token);
                return how == "awaits" ? await late.Task : late.Task.GetAwaiter().GetResult();
            },
        });
        var transport = new TestTransport(new TestReader(() => default), new TestWriter(_ => default));

        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        CancellationToken token = await asked.Task.InTime();
        clock.Advance(TimeSpan.FromSeconds(7));

        var failed = await Assert.ThrowsAsync<MprpcConnectionException>(() => call.InTime());
        late.SetResult(transport);
        await Bounded.Until(() => transport.Disposals == 1, "what came late is disposed");
        Assert.True(token.IsCancellationRequested);
        Assert.Contains("the board within 7,000 ms", failed.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectTimeout", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callback_ThatHangs_DoesNotHoldUpTheDisposalOfTheClient()
    {
        TaskCompletionSource<MprpcTransport> late = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource asked = Board.NewSignal();
        var client = new MprpcClient(new MprpcClientOptions
        {
            ConnectTimeout = null,
            ConnectCallback = async (_, _) =>
            {
                asked.TrySetResult();
                return await late.Task;
            },
        });
        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        await asked.Task.InTime();
        var transport = new TestTransport(new TestReader(() => default), new TestWriter(_ => default));

        await client.DisposeAsync().InTime();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => call.InTime());
        late.SetResult(transport);
        await Bounded.Until(() => transport.Disposals == 1, "what came late is disposed");
    }

    [Fact]
    public async Task Callback_ThatReturnsPipesTooLate_CompletesThem()
    {
        TaskCompletionSource<MprpcTransport> late = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource asked = Board.NewSignal();
        var client = new MprpcClient(new MprpcClientOptions
        {
            ConnectCallback = async (_, _) =>
            {
                asked.TrySetResult();
                return await late.Task;
            },
        });
        _ = client.ConnectAsync().AsTask();
        await asked.Task.InTime();
        (MprpcTransport transport, MprpcTransport other) = await Carriers.CreateAsync("pipes");

        await client.DisposeAsync().InTime();
        late.SetResult(transport);

        Assert.True((await other.Input.ReadAsync().InTime()).IsCompleted);
    }

    [Fact]
    public async Task Callback_ThatReturnsNull_FailsAtOnceAlsoForACallThatWaitsForTheServer()
    {
        await using var client = new MprpcClient(new MprpcClientOptions { WaitForReady = true, ConnectCallback = (_, _) => default });

        var failed = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", 1, 2).InTime());

        Assert.Contains("ConnectCallback returned null", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callback_ThatReturnsOneTransportTwice_FailsTheSecondConnection()
    {
        await using RpcHost host = await BoardHost.StartAsync();
        MprpcTransport only = await ConnectAsync(host, "pipes");
        await using var client = new MprpcClient(new MprpcClientOptions { ConnectCallback = (_, _) => new ValueTask<MprpcTransport>(only) });
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());

        host.Server().AbortConnections();
        await client.WaitForDisconnectAsync().InTime();

        var failed = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", 1, 2).InTime());
        Assert.Contains("Make another for each connection", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tls://board:1", "asks for TLS")]
    [InlineData("wss://board/rpc", "asks for TLS")]
    [InlineData("ws://board/rpc", "asks for a WebSocket")]
    public void Address_ThatPromisesWhatTheTransportDoesNotGet_IsRefused(string url, string expected)
    {
        var options = new MprpcClientOptions { ConnectCallback = (_, _) => default };

        var refused = Assert.Throws<ArgumentException>(() => new MprpcClient(url, options));
        options.Url = url;
        Assert.Throws<ArgumentException>(() => new MprpcClient(options));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_ThatTheCallbackLeavesWithoutEffect_AreRefused()
    {
        var tls = new MprpcClientOptions { ConnectCallback = (_, _) => default, Tls = new SslClientAuthenticationOptions() };
        var webSocket = new MprpcClientOptions { ConnectCallback = (_, _) => default, ConfigureWebSocket = _ => { } };

        Assert.Contains("MprpcClientOptions.Tls is set", Assert.Throws<ArgumentException>(() => new MprpcClient(tls)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "MprpcClientOptions.ConfigureWebSocket is set",
            Assert.Throws<ArgumentException>(() => new MprpcClient(webSocket)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddedClient_WithACallback_NeedsNoAddressAndMayHaveAnyInTheConfiguration()
    {
        await using RpcHost host = await BoardHost.StartAsync();
        var services = new ServiceCollection();
        var values = new Dictionary<string, string?> { ["Mprpc:Clients:named:Url"] = "/dev/ttyX0" };
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        List<string?> urls = [];

        foreach (string name in (string[])["named", "unnamed"])
        {
            services.AddMprpcClient<IBoard>(name, options => options.ConnectCallback = async (context, _) =>
            {
                urls.Add(context.Url);
                return await ConnectAsync(host, "pipes");
            });
        }

        await using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Equal(3, await provider.GetRequiredKeyedService<IBoard>("named").SumAsync(1, 2).InTime());
        Assert.Equal(3, await provider.GetRequiredKeyedService<IBoard>("unnamed").SumAsync(1, 2).InTime());
        Assert.Equal(["/dev/ttyX0", null], urls);
    }

    private static async Task<MprpcTransport> ConnectAsync(RpcHost host, string kind)
    {
        (MprpcTransport server, MprpcTransport client) = await Carriers.CreateAsync(kind);
        _ = host.Server().ServeAsync(server);
        return client;
    }
}
