using Mprpc;
using Mprpc.Client;

namespace Snippets.FromMprpc;

internal static class FromMprpc
{
    public static void Serve(string[] args)
    {
        // snippet: from-mprpc/server
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddMprpc();
        var app = builder.Build();
        app.MapMprpcService<SumServer>(6000);
        app.Run();
        // end snippet
    }

    public static void MapUsers(WebApplication app) => app.MapMprpcService<Users>(6000);

    public static async Task CallAsync()
    {
        // snippet: from-mprpc/client
        await using var client = await MprpcClient.ConnectAsync("tcp://127.0.0.1:6000");
        Console.WriteLine(await client.CallAsync<int>("sum", 1, 2));
        // end snippet
    }

    public static MprpcClient CreateClient()
    {
        // snippet: from-mprpc/client-options
        var client = new MprpcClient("tcp://10.0.0.5:6000", new MprpcClientOptions
        {
            ConnectTimeout = TimeSpan.FromSeconds(5),
            CallTimeout = TimeSpan.FromSeconds(5),
            OldSpec = true,
        });
        // end snippet
        return client;
    }

    public static void AddPool(WebApplicationBuilder builder)
    {
        // snippet: from-mprpc/pool
        builder.Services.AddMprpcClient<ICalculator>("calculator", options =>
        {
            options.CallTimeout = TimeSpan.FromSeconds(5);
            options.ConnectionLifetime = TimeSpan.FromMinutes(10);
            options.MaxConnections = 8;
        });
        // or without dependency injection: new MprpcClient("tcp://127.0.0.1:6000", options)
        // end snippet
    }

    public static async Task<int> HandleErrorsAsync(MprpcClient client)
    {
        int total = 0;

        // snippet: from-mprpc/errors
        try
        {
            total = await client.CallAsync<int>("sum", 1, 2);
        }
        catch (MprpcRemoteException e)
        {
            Console.WriteLine($"server: {e.Message}");
        }
        catch (Exception e) when (e is TimeoutException or MprpcConnectionException)
        {
            Console.WriteLine("unreachable");
        }
        // end snippet

        return total;
    }

    public static MprpcClientOptions CallOneByOne() =>
        // snippet: from-mprpc/one-by-one
        new MprpcClientOptions { MaxInFlightPerConnection = 1, MaxConnections = 8 }
        // end snippet
        ;
}

// snippet: from-mprpc/server
class SumServer { public int Sum(int x, int y) => x + y; }
// end snippet

// snippet: from-mprpc/service
class Users(IDatabase db)
{
    public async Task<User[]> FindAsync(string name, MprpcCallContext call, int limit = 10, CancellationToken stop = default)
    {
        if (name.Length == 0)
        {
            throw new MprpcException("name is empty");
        }

        Console.WriteLine(call.Connection.RemoteEndPoint);
        return await db.FindAsync(name, limit, stop);
    }
}
// end snippet

[MprpcService]
internal interface ICalculator
{
    Task<int> SumAsync(int x, int y);
}

internal interface IDatabase
{
    Task<User[]> FindAsync(string name, int limit, CancellationToken cancellationToken);
}

internal sealed record User(string Name);
