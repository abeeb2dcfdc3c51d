using System.IO.Pipelines;
using System.Security.Claims;
using Microsoft.AspNetCore.Connections.Features;
using Mprpc.AspNetCore.Tests.Listeners;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.CustomTransports;

/// <summary>IMprpcServer.ServeAsync: a transport of the application's own is served as a listener's connection is.</summary>
public sealed class ServeTests
{
    [Fact]
    public async Task Stop_OfTheApplicationWithACallInFlight_AnswersItAndEndsTheConnection()
    {
        var board = new Board();
        await using RpcHost host = await BoardHost.StartAsync(board);
        (MprpcClient client, Task served) = await host.ConnectAsync("pipes");
        await using MprpcClient disposed = client;
        Task<int> waiting = client.CallAsync<int>("wait").AsTask();
        await board.Waiting.Task.InTime();

        Task stopping = host.App.StopAsync();
        await Bounded.Until(() => IsRefused(host), "the server stops");
        board.Gate.TrySetResult();

        Assert.Equal(1, await waiting.InTime());
        await served.InTime();
        await stopping.InTime();
    }

    [Fact]
    public async Task Token_WithACallInFlight_AnswersItAndEndsTheConnectionWithoutAnError()
    {
        var board = new Board();
        await using RpcHost host = await BoardHost.StartAsync(board);
        (MprpcTransport server, MprpcTransport other) = await Carriers.CreateAsync("sockets");
        using var cancellation = new CancellationTokenSource();
        Task served = host.Server().ServeAsync(server, cancellationToken: cancellation.Token);
        await using MprpcClient client = MprpcClient.FromTransport(other);
        Task<int> waiting = client.CallAsync<int>("wait").AsTask();
        await board.Waiting.Task.InTime();

        await cancellation.CancelAsync();
        board.Gate.TrySetResult();

        Assert.Equal(1, await waiting.InTime());
        await served.InTime();
    }

    [Fact]
    public async Task Connections_OverTheLimit_AreRefusedCountedAndClosed()
    {
        await using RpcHost host = await BoardHost.StartAsync(configure: options => options.Limits.MaxConnections = 1);
        (MprpcClient client, Task first) = await host.ConnectAsync("pipes");
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
        (Pipe toServer, Pipe toClient) = (new Pipe(), new Pipe());

        var refused = await Assert.ThrowsAsync<MprpcConnectionException>(
            () => host.Server().ServeAsync(MprpcTransport.FromPipes(toServer.Reader, toClient.Writer)).InTime());
        bool hasEnded = (await toClient.Reader.ReadAsync().InTime()).IsCompleted;
        await client.DisposeAsync();
        await first.InTime();
        (MprpcClient next, _) = await host.ConnectAsync("pipes");

        await using (next)
        {
            Assert.Equal(3, await next.CallAsync<int>("sum", 1, 2).InTime());
        }

        Assert.Contains("MaxConnections", refused.Message, StringComparison.Ordinal);
        Assert.True(hasEnded);
        Assert.Single(host.Log.Entries, entry => entry.Event.Name == "ConnectionRefused");
    }

    [Fact]
    public async Task Connections_OfAListenerAndOfTransports_ShareTheEndpointsLimit()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddMprpc(options => options.Limits.MaxConnections = 1);
                builder.Services.AddAuthorization();
                builder.Services.AddSingleton<Board>();
            },
            app => app.MapMprpcService<Board>(0));
        await using MprpcClient client = host.CreateClient();
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
        (MprpcTransport server, _) = await Carriers.CreateAsync("pipes");

        await Assert.ThrowsAsync<MprpcConnectionException>(() => host.Server().ServeAsync(server).InTime());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("the board's user")]
    public async Task MethodThatRequiresAUser_IsRefusedUnlessTheTransportBringsOne(string? user)
    {
        await using RpcHost host = await BoardHost.StartAsync();
        (Pipe toServer, Pipe toClient) = (new Pipe(), new Pipe());
        var transport = new TestTransport(toServer.Reader, toClient.Writer);

        if (user is not null)
        {
            var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "test");
            transport.Features.Set<IConnectionUserFeature>(new UserFeature { User = new ClaimsPrincipal(identity) });
        }

        _ = host.Server().ServeAsync(transport);
        await using MprpcClient client = MprpcClient.FromTransport(MprpcTransport.FromPipes(toClient.Reader, toServer.Writer));

        Exception? refused = await Record.ExceptionAsync(async () => Assert.Equal(user, await client.CallAsync<string>("secret").InTime()));

        Assert.Equal(user is null ? "unauthenticated" : null, (refused as MprpcRemoteException)?.Code);
        Assert.True(refused is null or MprpcRemoteException, refused?.ToString());
        Assert.Null(transport.Features.Get<IConnectionLifetimeNotificationFeature>());      // the transport's own stay as they are
    }

    [Fact]
    public async Task Endpoint_ByItsPort_IsServedAndOfSeveralOneIsToBeNamed()
    {
        int port = Requirement.AnyFreePort();
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<Board>();
                builder.Services.AddAuthorization();
                builder.Services.AddMprpc(options => options.Listen = false).AddService<Adder>();
            },
            app => app.MapMprpcService<Board>(port));
        (MprpcTransport server, MprpcTransport other) = await Carriers.CreateAsync("pipes");
        (MprpcTransport unnamed, MprpcTransport peer) = await Carriers.CreateAsync("pipes");
        (MprpcTransport unknown, _) = await Carriers.CreateAsync("pipes");

        _ = host.Server().ServeAsync(server, $"{port}");
        await using MprpcClient client = MprpcClient.FromTransport(other);
        byte[] reversed = await client.CallAsync<byte[]>("reverse", new byte[] { 1, 2 }).InTime();
        var several = await Assert.ThrowsAsync<InvalidOperationException>(() => host.Server().ServeAsync(unnamed).InTime());
        var none = await Assert.ThrowsAsync<InvalidOperationException>(() => host.Server().ServeAsync(unknown, "nosuch").InTime());

        Assert.Equal([2, 1], reversed);
        Assert.Contains("AddService", several.Message, StringComparison.Ordinal);
        Assert.Contains("ServeAsync(transport, \"6000\")", several.Message, StringComparison.Ordinal);
        Assert.Contains("There is no endpoint 'nosuch'", none.Message, StringComparison.Ordinal);
        Assert.True((await peer.Input.ReadAsync().InTime()).IsCompleted);       // what is not served is closed
    }

    [Fact]
    public async Task Application_ThatHasNotStartedOrHasStopped_Refuses()
    {
        await using RpcHost host = RpcHost.Build(
            builder =>
            {
                builder.Services.AddSingleton<Board>();
                builder.Services.AddAuthorization();
                builder.Services.AddMprpc().AddService<Board>();
            },
            map: null);
        (MprpcTransport early, _) = await Carriers.CreateAsync("pipes");
        (MprpcTransport late, _) = await Carriers.CreateAsync("pipes");

        var tooEarly = await Assert.ThrowsAsync<InvalidOperationException>(() => host.Server().ServeAsync(early).InTime());
        await host.App.StartAsync().InTime();
        await host.App.StopAsync().InTime();
        var tooLate = await Assert.ThrowsAsync<MprpcConnectionException>(() => host.Server().ServeAsync(late).InTime());

        Assert.Contains("has not started", tooEarly.Message, StringComparison.Ordinal);
        Assert.Contains("has stopped", tooLate.Message, StringComparison.Ordinal);
    }

    /// <summary>Whether the server takes no more connections: since it stops.</summary>
    private static bool IsRefused(RpcHost host)
    {
        (Pipe toServer, Pipe toClient) = (new Pipe(), new Pipe());
        toServer.Writer.Complete();
        return host.Server().ServeAsync(MprpcTransport.FromPipes(toServer.Reader, toClient.Writer)).IsFaulted;
    }

    private sealed class UserFeature : IConnectionUserFeature
    {
        public ClaimsPrincipal? User { get; set; }
    }
}
