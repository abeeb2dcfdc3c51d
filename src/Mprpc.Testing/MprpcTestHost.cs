using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Mprpc.AspNetCore;
using Mprpc.Client;
using Mprpc.Testing.Connections;

namespace Mprpc.Testing;

/// <summary>
/// Services in memory, for tests that need no application: dependency injection, dispatch, policies and filters are those of the real server; there is no HTTP
/// and no port.
/// </summary>
/// <remarks>Scopes are validated, as in a development environment. Safe for concurrent use.</remarks>
public sealed class MprpcTestHost : IAsyncDisposable
{
    // For a handler that a test has left running: nobody wants to wait 30 s for it.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly IHost _host;

    private MprpcTestHost(IHost host) => _host = host;

    /// <summary>The services of the host.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>Starts a host that serves one class.</summary>
    /// <typeparam name="TService">The service class, as for <c>MapMprpcService</c>.</typeparam>
    /// <exception cref="InvalidOperationException">The class cannot be served.</exception>
    public static Task<MprpcTestHost> StartAsync<TService>()
        where TService : class
        => StartAsync<TService>(static _ => { });

    /// <summary>Starts a host that serves one class with the services that it needs.</summary>
    /// <typeparam name="TService">The service class, as for <c>MapMprpcService</c>.</typeparam>
    /// <param name="services">Adds the services that the class needs.</param>
    /// <exception cref="InvalidOperationException">The class cannot be served.</exception>
    public static Task<MprpcTestHost> StartAsync<TService>(Action<IServiceCollection> services)
        where TService : class
        => StartAsync(services, static endpoints => endpoints.MapMprpcService<TService>(0));

    /// <summary>Starts a host that serves what is mapped.</summary>
    /// <param name="services">Adds services, and options: <c>services.AddMprpc(options => ...)</c> may be called, and need not be.</param>
    /// <param name="map">Maps as the application does: <c>endpoints.MapMprpcService&lt;Calculator&gt;(6000)</c>. No port is opened.</param>
    /// <exception cref="InvalidOperationException">A service cannot be served.</exception>
    public static async Task<MprpcTestHost> StartAsync(Action<IServiceCollection>? services, Action<IEndpointRouteBuilder> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.ConfigureContainer(new DefaultServiceProviderFactory(new ServiceProviderOptions { ValidateScopes = true }));
        builder.Services.AddMprpc();
        services?.Invoke(builder.Services);
        builder.Services.PostConfigure<MprpcServerOptions>(static options => options.Listen = false);
        IHost host = builder.Build();

        try
        {
            map(new MemoryEndpointRouteBuilder(host.Services));
            await host.StartAsync().ConfigureAwait(false);
            return new MprpcTestHost(host);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>Creates a client of the host.</summary>
    /// <param name="endpoint">Which endpoint: its port or its address, as it was mapped. Null: the only one.</param>
    /// <param name="configure">Sets the client's options, and what the server sees of its connections.</param>
    /// <exception cref="InvalidOperationException">It is not clear which endpoint is meant.</exception>
    public MprpcClient CreateMprpcClient(string? endpoint = null, Action<MprpcTestClientOptions>? configure = null)
        => Services.CreateMprpcClient(endpoint, configure);

    /// <summary>Creates a typed client of the host.</summary>
    /// <typeparam name="T">The contract: an interface marked [MprpcService].</typeparam>
    /// <param name="endpoint">Which endpoint: its port or its address, as it was mapped. Null: the only one.</param>
    /// <param name="configure">Sets the client's options, and what the server sees of its connections.</param>
    /// <exception cref="InvalidOperationException">It is not clear which endpoint is meant, or the interface is no contract.</exception>
    public T CreateMprpcClient<T>(string? endpoint = null, Action<MprpcTestClientOptions>? configure = null)
        where T : class
        => Services.CreateMprpcClient<T>(endpoint, configure);

    /// <summary>Stops the host as an application stops: calls that run are answered first.</summary>
    /// <param name="cancellationToken">Ends the wait for calls.</param>
    public Task StopAsync(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    /// <summary>Stops the host, with two seconds for calls that still run, and disposes its services.</summary>
    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(StopTimeout);
        await _host.StopAsync(atOnce.Token).ConfigureAwait(false);

        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            _host.Dispose();
        }
    }
}
