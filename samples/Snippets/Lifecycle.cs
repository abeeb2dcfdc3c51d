using Microsoft.Extensions.Diagnostics.HealthChecks;
using Mprpc;
using Mprpc.Client;

namespace Snippets.Lifecycle;

internal static class Lifecycle
{
    public static async Task WaitForReadyAsync(MprpcClient client)
    {
        // snippet: lifecycle/wait-for-ready
        var options = new MprpcClientOptions { WaitForReady = true, CallTimeout = TimeSpan.FromSeconds(30) };   // all calls; or Mprpc:Clients:NAME:WaitForReady
        await client.CallAsync<int>("sum", new MprpcCallOptions { WaitForReady = true, Timeout = TimeSpan.FromSeconds(30) }, 1, 2);     // this one
        // end snippet

        _ = options;
    }

    public static async Task ConnectAsync(CancellationToken cancellationToken)
    {
        // snippet: lifecycle/connect
        await using var client = new MprpcClient(new MprpcClientOptions { Url = "tcp://127.0.0.1:6000" });     // or Mprpc:Clients:NAME:Url
        await client.ConnectAsync(cancellationToken);       // does nothing if there is a connection; after a failure it may be called again
        // end snippet
    }

    public static void ConnectAtStart(IServiceCollection services)
    {
        // snippet: lifecycle/connect-at-start
        services.AddMprpcClient<ICalculator>("calculator", options => options.ConnectAtStart = MprpcConnectAtStart.Required);
        // end snippet
    }

    public static async Task PassArgumentsAsync(MprpcClient client, CancellationToken cancellationToken)
    {
        // snippet: lifecycle/arguments
        await client.CallAsync<int>("sum", cancellationToken, 1, 2);
        await client.CallAsync<int>("sum", [1, 2], cancellationToken);
        // end snippet
    }

    public static void Register(MprpcClient client)
    {
        // snippet: lifecycle/on
        using IDisposable registration = client.On("progress", (int percent) => Console.WriteLine(percent));
        // end snippet
    }

    public static async Task CreateForUserAsync(IMprpcClientFactory factory, ITokens tokens, string user)
    {
        // snippet: lifecycle/factory
        MprpcClient client = factory.CreateClient("calculator", options =>
            options.TokenProvider = async (context, cancellationToken) => new MprpcToken("Bearer", await tokens.GetAsync(user, cancellationToken)));
        // end snippet

        await client.DisposeAsync();
    }

    public static void MapHealth(WebApplicationBuilder builder)
    {
        // snippet: lifecycle/health
        builder.Services.AddHealthChecks().AddMprpc(tags: ["ready"]);

        var app = builder.Build();
        app.MapHealthChecks("/ready", new() { Predicate = check => check.Tags.Contains("ready") });
        // end snippet
    }

    public static void CheckClients(IServiceCollection services)
    {
        // snippet: lifecycle/health-of-clients
        services.AddMprpcClient<ICalculator>("calculator");
        services.AddHealthChecks()
            .AddMprpcClient("calculator", failureStatus: HealthStatus.Degraded, tags: ["ready"])    // by the client's name
            .AddMprpcClient<ICalculator>("calculator-by-contract", timeout: TimeSpan.FromSeconds(2));
        // end snippet
    }
}

[MprpcService]
internal interface ICalculator
{
    Task<int> SumAsync(int x, int y);
}

internal interface ITokens
{
    Task<string> GetAsync(string user, CancellationToken cancellationToken);
}
