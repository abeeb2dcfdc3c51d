using Mprpc.Client;

namespace Snippets.Readme;

internal static class Readme
{
    public static void Serve(string[] args)
    {
        // snippet: readme/server
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddMprpc();
        var app = builder.Build();
        app.MapGet("/", () => "HTTP lives here too");
        app.MapMprpcService<SumServer>(6000);
        app.Run();
        // end snippet
    }

    public static async Task CallAsync()
    {
        // snippet: readme/client
        await using var client = await MprpcClient.ConnectAsync("tcp://127.0.0.1:6000");
        Console.WriteLine(await client.CallAsync<int>("sum", 1, 2));   // 3
        // end snippet
    }
}

// snippet: readme/server
class SumServer { public int Sum(int x, int y) => x + y; }
// end snippet
