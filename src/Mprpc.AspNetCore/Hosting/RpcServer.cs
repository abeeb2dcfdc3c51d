using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.Diagnostics;
using Mprpc.AspNetCore.WebSockets;

namespace Mprpc.AspNetCore.Hosting;

/// <summary>Listens on the endpoints that were mapped, with a Kestrel of its own, and lives as long as the application.</summary>
/// <remarks>
/// A Kestrel of its own, because a listener added in code to the application's Kestrel makes that drop the HTTP addresses of <c>--urls</c>, ASPNETCORE_URLS and its default; and
/// because it also works where the application's server is a TestServer. It starts after HTTP and begins to stop before it, so that the time for stopping is not used up by then.
/// </remarks>
internal sealed class RpcServer(
    RpcEndpoints endpoints, RpcListeners listeners, IServiceProvider services, ILoggerFactory loggers) : IMprpcServer, IHostedLifecycleService, IDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger("Mprpc.Server");
    private IReadOnlyList<RpcEndpoint> _mapped = [];
    private KestrelServer? _kestrel;
    private Task? _stopping;

    public IReadOnlyList<EndPoint> Endpoints { get; private set; } = [];

    /// <summary>Before HTTP listens: what is wrong with the endpoints is known by then.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _mapped = endpoints.Start();

        foreach (WebSocketEndpoint webSocket in endpoints.WebSockets)
        {
            webSocket.Start(services);
        }

        if (_mapped.Count > 0)
        {
            _kestrel = listeners.Create(_mapped);
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (_kestrel is null)
        {
            return;
        }

        await ListenAsync(_kestrel, _mapped, cancellationToken).ConfigureAwait(false);

        // Where the port was 0, the options hold the one that was bound.
        Endpoints = listeners.BoundEndPoints;

        for (int i = 0; i < _mapped.Count; i++)
        {
            LogListening(_mapped[i], Endpoints[i]);
        }
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = _kestrel?.StopAsync(cancellationToken);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _stopping ?? Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _kestrel?.Dispose();

    private static async Task ListenAsync(KestrelServer kestrel, IReadOnlyList<RpcEndpoint> mapped, CancellationToken cancellationToken)
    {
        try
        {
            await kestrel.StartAsync(new NoHttpApplication(), cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            string wanted = string.Join("; ", mapped.Select(endpoint =>
                $"{endpoint} for {string.Join(", ", endpoint.Options.Services.Select(service => service.ServiceType))}"));
            throw new InvalidOperationException(
                $"{exception.Message} Mapped are: {wanted}. Stop the process that listens there, or give MapMprpcService another port (0 for any free one).", exception);
        }
    }

    private void LogListening(RpcEndpoint endpoint, EndPoint bound)
    {
        string address = bound is IPEndPoint ? $"{(endpoint.IsTls ? "tls" : "tcp")}://{bound}" : endpoint.ToString();

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
