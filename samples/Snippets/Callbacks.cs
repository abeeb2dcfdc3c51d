using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Mprpc;
using Mprpc.AspNetCore;
using Mprpc.Client;
using Mprpc.Testing;

namespace Snippets.Callbacks;

// snippet: callbacks/contract
[MprpcService(Prefix = "screen")]
public interface IScreen
{
    void Show(string price);                                                    // a notification

    ValueTask<bool> ConfirmAsync(string order, CancellationToken stop);         // a call with a result
}

// end snippet

// snippet: callbacks/service
public sealed class Shop(IMprpcClients<IScreen> clients)
{
    public async Task<bool> BuyAsync(string order, MprpcCallContext call)
    {
        // One client: who calls.
        if (!await call.Connection.As<IScreen>().ConfirmAsync(order, call.CancellationToken))
        {
            throw new MprpcException("Not confirmed.", "refused");
        }

        clients.Groups.Add(call.Connection, "eu");      // left with the connection
        clients.Group("eu").Show("7.50");               // all of a group; nobody is waited for
        return true;
    }
}

// end snippet
internal static class Callbacks
{
    public static async Task TargetsAsync(IMprpcClients<IScreen> clients, string id, CancellationToken stop)
    {
        // snippet: callbacks/targets
        clients.All.Show("7.50");
        clients.AllExcept(id).Show("7.50");
        clients.Group("eu").Show("7.50");
        clients.Group("eu", "us").Show("7.50");         // who is in both gets it once
        clients.User("ann").Show("7.50");
        bool yes = await clients.Single(id).ConfirmAsync("tea", stop);
        clients.Notify(MprpcTarget.Group("eu"), "screen.show", "7.50");     // the same without a contract
        // end snippet
        Console.WriteLine(yes);
    }

    public static async Task AskAsync(IMprpcClients<IScreen> clients, CancellationToken stop)
    {
        // snippet: callbacks/ask
        TimeSpan within = TimeSpan.FromSeconds(2);

        await foreach (MprpcReply<bool> reply in clients.AskAsync(clients.Group("eu"), screen => screen.ConfirmAsync("tea", stop), within))
        {
            Console.WriteLine($"{reply.ConnectionId}: {reply.Error?.Message ?? reply.Result.ToString()}");
        }

        // end snippet
    }

    public static async Task ClientAsync(string url)
    {
        // snippet: callbacks/client
        var options = new MprpcClientOptions { Extensions = MprpcExtensions.Always };
        await using var client = new MprpcClient(url, options.AddHandlers<IScreen>(new Screen()));
        client.Reconnected += connection => connection.CallAsync<bool>("join", "eu").AsTask();
        await client.CallAsync<bool>("join", "eu");
        // end snippet
    }

    public static void Serve(WebApplicationBuilder builder)
    {
        // snippet: callbacks/server
        builder.Services.AddMprpc(options => options.Limits.MaxGroupsPerConnection = 100)
            .AddConnectionObserver<Presence>();
        builder.Services.AddSingleton<IMprpcBackplane>(new MprpcMemoryBackplane());     // or one over Redis, NATS, ...
        // end snippet
    }

    public static void Map(WebApplication app)
    {
        // snippet: callbacks/endpoint
        app.MapMprpcService<Shop>(6000).WithEndpoint(options => options.SlowPeers = MprpcSlowPeerPolicy.Latest);
        app.MapMprpcService<Shop>("unix:///run/app/nvim.sock").WithEndpoint(options => options.UsePeer(MprpcPeer.Neovim));     // sets CallsBack
        // end snippet
    }

    public static async Task TestAsync()
    {
        // snippet: callbacks/fake
        var clients = new MprpcFakeClients<IScreen>();
        clients.Connect("a", user: "ann", groups: "eu");
        clients.Answer("a", "screen.confirm", call => call.Argument<string>(0) == "tea");
        clients.Group("eu").Show("7.50");
        bool yes = await clients.Single("a").ConfirmAsync("tea", default);
        Console.WriteLine($"{yes}, {clients.Calls[0]}");    // True, screen.show("7.50") to the group 'eu'
        // end snippet
    }

    private sealed class Screen : IScreen
    {
        public void Show(string price) => Console.WriteLine(price);

        public ValueTask<bool> ConfirmAsync(string order, CancellationToken stop) => ValueTask.FromResult(true);
    }
}

// snippet: callbacks/observer
public sealed class Presence : IMprpcConnectionObserver
{
    public ValueTask OnConnectedAsync(MprpcConnection connection)
    {
        Console.WriteLine($"{connection.Id} has come.");
        return ValueTask.CompletedTask;
    }

    public ValueTask OnDisconnectedAsync(MprpcConnection connection, Exception? reason)
    {
        Console.WriteLine($"{connection.Id} has left.");
        return ValueTask.CompletedTask;
    }
}

// end snippet
