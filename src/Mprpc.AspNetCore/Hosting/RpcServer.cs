using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Diagnostics;

namespace Mprpc.AspNetCore.Hosting;

/// <summary>Listens on the endpoints that were mapped, with a Kestrel of its own, and lives as long as the application.</summary>
/// <remarks>
/// A Kestrel of its own, because a listener added in code to the application's Kestrel makes that drop the HTTP addresses of <c>--urls</c>, ASPNETCORE_URLS and its default; and
/// because it also works where the application's server is a TestServer. It starts after HTTP and begins to stop before it, so that the time for stopping is not used up by then.
/// </remarks>
internal sealed class RpcServer(
    RpcEndpoints endpoints, DirectConnections direct, IServiceProvider services, IEnumerable<IConnectionListenerFactory> transports, ILoggerFactory loggers) : IMprpcServer, IHostedLifecycleService, IDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger("Mprpc.Server");
    private KestrelServer? _kestrel;
    private Task? _stopping;

    public IReadOnlyList<EndPoint> Endpoints { get; private set; } = [];

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<RpcEndpoint> mapped = endpoints.Start();
        direct.Start();

        if (!ShouldListen())
        {
            direct.Check();
            ServerLog.NotListening(_logger);
            return;
        }

        if (mapped.Count == 0)
        {
            return;
        }

        var options = new KestrelServerOptions { ApplicationServices = services };
        List<ListenOptions> listeners = [];

        foreach (RpcEndpoint endpoint in mapped)
        {
            options.Listen(LocalEndPoint.Of(endpoint.Address), listener =>
            {
                listener.UseMessagePackRpc(endpoint.Options);
                listeners.Add(listener);
            });
        }

        _kestrel = new KestrelServer(Options.Create(options), new ListenerFactories(transports), loggers);
        await ListenAsync(_kestrel, mapped, cancellationToken).ConfigureAwait(false);

        // Where the port was 0, the options hold the one that was bound.
        Endpoints = [.. listeners.Select(listener => listener.EndPoint)];

        for (int i = 0; i < mapped.Count; i++)
        {
            LogListening(mapped[i], Endpoints[i]);
        }
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = Task.WhenAll(_kestrel?.StopAsync(cancellationToken) ?? Task.CompletedTask, direct.StopAsync(cancellationToken));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _stopping ?? Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _kestrel?.Dispose();

    private bool ShouldListen() => services.GetRequiredService<IOptions<MprpcServerOptions>>().Value.Listen ?? !IsTestServer(services.GetService<IServer>()?.GetType());

    /// <summary>By its name, because a server does not reference what tests are made with.</summary>
    private static bool IsTestServer(Type? server) => server is not null && (server.FullName == "Microsoft.AspNetCore.TestHost.TestServer" || IsTestServer(server.BaseType));

    private static async Task ListenAsync(KestrelServer kestrel, IReadOnlyList<RpcEndpoint> mapped, CancellationToken cancellationToken)
    {
        try
        {
            await kestrel.StartAsync(new NoHttpApplication(), cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            string wanted = string.Join("; ", mapped.Select(endpoint =>
                $"{endpoint.Address} for {string.Join(", ", endpoint.Options.Services.Select(service => service.ServiceType))}"));
            throw new InvalidOperationException(
                $"{exception.Message} Mapped are: {wanted}. Stop the process that listens there, or give MapMprpcService another port (0 for any free one).", exception);
        }
    }

    private void LogListening(RpcEndpoint endpoint, EndPoint bound)
    {
        string address = bound is IPEndPoint ? $"tcp://{bound}" : endpoint.Address.ToString();

        if (endpoint.IsPortOnly)
        {
            ServerLog.ListeningOnLoopback(_logger, address);
        }
        else
        {
            ServerLog.Listening(_logger, address);
        }
    }
}
