using System.Diagnostics.CodeAnalysis;
using System.Net;
using Mprpc.AspNetCore;
using Microsoft.Extensions.Logging;
using Mprpc.Client;

namespace Mprpc.Contracts.Tests.Kit;

/// <summary>An application that serves one class with MapMprpcService on a free port, and another that calls it with AddMprpcClient.</summary>
internal sealed class ContractHost<TContract> : IAsyncDisposable
    where TContract : class
{
    private readonly WebApplication _server;
    private readonly ServiceProvider _client;
    private readonly List<MprpcClient> _others = [];

    private ContractHost(WebApplication server, ServiceProvider client)
    {
        _server = server;
        _client = client;
    }

    public IPEndPoint Address => (IPEndPoint)_server.Services.GetRequiredService<IMprpcServer>().Endpoints[0];

    /// <summary>The typed client, as it is injected.</summary>
    public TContract Client => _client.GetRequiredService<TContract>();

    /// <summary>The client behind it.</summary>
    public MprpcClient Untyped => _client.GetRequiredKeyedService<MprpcClient>($"tcp://{Address}");

    public static async Task<ContractHost<TContract>> StartAsync<[
        DynamicallyAccessedMembers(ServedMembers.All),
    ] TService>(MprpcSerializerOptions? serializer = null)
        where TService : class, TContract
        => await StartAsync(
            app => app.MapMprpcService<TService>(0).WithEndpoint(endpoint => endpoint.Inspect = MprpcInspect.Everyone),
            services => services.AddSingleton<TService>(),
            serializer);

    public static async Task<ContractHost<TContract>> StartAsync(
        Action<WebApplication> map, Action<IServiceCollection>? services = null, MprpcSerializerOptions? serializer = null)
    {
        // Many hosts at once would use up the machine's file watchers.
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0", "--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.Services.AddMprpc(options =>
        {
            options.EnableDetailedErrors = true;
            options.Serializer = serializer ?? options.Serializer;
        });
        services?.Invoke(builder.Services);

        WebApplication server = builder.Build();
        map(server);
        await server.StartAsync().InTime();

        string url = $"tcp://{server.Services.GetRequiredService<IMprpcServer>().Endpoints[0]}";
        return new ContractHost<TContract>(server, Clients.Of<TContract>(url, serializer));
    }

    /// <summary>A client with options of its own; disposed with the host.</summary>
    public MprpcClient Connect(MprpcClientOptions options)
    {
        var client = new MprpcClient($"tcp://{Address}", options);
        _others.Add(client);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (MprpcClient client in _others)
        {
            await client.DisposeAsync();
        }

        await _client.DisposeAsync();
        using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _server.StopAsync(atOnce.Token);
        await _server.DisposeAsync();
    }
}
