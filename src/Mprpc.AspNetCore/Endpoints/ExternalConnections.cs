using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Limits;
using Mprpc.AspNetCore.Model;
using Mprpc.AspNetCore.WebSockets;
using Mprpc.Diagnostics;

namespace Mprpc.AspNetCore.Endpoints;

/// <summary>
/// Serves connections that no listener has accepted, as the listeners' own are served: over transports of the application, and those that the test kit makes
/// in memory. They end with the server.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class ExternalConnections(IServiceProvider services, ConnectionQuotas quotas, ILoggerFactory loggers)
{
    private static readonly TimeSpan TimeAfterAbort = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly HarmlessLogger _logger = new(loggers.CreateLogger("Mprpc.Connection"));
    private readonly CancellationTokenSource _stopRequested = new();
    private readonly Dictionary<ServedEndpoint, RpcConnectionHandler> _handlers = [];
    private readonly Dictionary<ConnectionContext, Task> _serving = [];
    private ServedEndpoint[]? _endpoints;
    private bool _isStopping;

    /// <summary>What can be connected to: the endpoints that were mapped, and last the one that serves AddService's services, where there are some.</summary>
    /// <exception cref="InvalidOperationException">The application has not started.</exception>
    public IReadOnlyList<ServedEndpoint> Endpoints => _endpoints
        ?? throw new InvalidOperationException(
            "The application has not started. Call StartAsync() before you connect to it; WebApplicationFactory does so itself.");

    /// <summary>Cancelled when the server closes its listeners.</summary>
    public CancellationToken StopRequested => _stopRequested.Token;

    public void Start(IReadOnlyList<RpcEndpoint> mapped, IReadOnlyList<WebSocketEndpoint> webSockets)
    {
        List<ServedEndpoint> served =
        [
            .. mapped.Select(endpoint => new ServedEndpoint(endpoint.Options.Section?.Key, endpoint.Address, endpoint.Options)),
            .. webSockets.Select(webSocket => new ServedEndpoint(webSocket.Options.Origin, address: null, webSocket.Options)),
        ];

        if (services.GetServices<ServiceRegistration>().Any())
        {
            served.Add(new ServedEndpoint("AddService", address: null, new MprpcEndpointOptions { Origin = "AddService" }));
        }

        _endpoints = [.. served];
    }

    /// <summary>Makes the handlers of all endpoints, for a server that does not listen: a service that cannot be served fails the start there too.</summary>
    /// <exception cref="InvalidOperationException">A service cannot be served.</exception>
    public void Check()
    {
        foreach (ServedEndpoint endpoint in Endpoints)
        {
            HandlerOf(endpoint);
        }
    }

    /// <summary>Serves a connection over a transport of the application's until it ends, within the limit of connections.</summary>
    /// <param name="transport">Belongs to the server from here on, also if this throws.</param>
    /// <param name="endpoint">A port, an address, or a name; null where there is only one.</param>
    /// <param name="cancellationToken">Ends the connection in good order.</param>
    /// <exception cref="InvalidOperationException">The transport is used already, the application has not started, the endpoint cannot be told, or a service
    /// cannot be served.</exception>
    /// <exception cref="MprpcConnectionException">The application has stopped, or the endpoint has its limit of connections.</exception>
    public async Task ServeAsync(MprpcTransport transport, string? endpoint, CancellationToken cancellationToken)
    {
        var connection = new TransportConnection(transport, _logger);

        await using (connection.ConfigureAwait(false))
        {
            ServedEndpoint chosen = EndpointChoice.Choose(Endpoints, endpoint, "ServeAsync(transport, \"6000\")");
            ConnectionQuota quota = quotas.Of(chosen.Options);

            if (!quota.TryTake(transport.RemoteEndPoint))
            {
                throw new MprpcConnectionException(
                    $"The connection is refused: {chosen} has its limit of open connections. Raise MprpcServerOptions.Limits.MaxConnections, or retry later.");
            }

            try
            {
                await ServeAsync(chosen, connection, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                quota.Return();
            }
        }
    }

    /// <summary>Serves a connection; it is disposed at its end.</summary>
    /// <returns>Completes when the connection has ended.</returns>
    /// <exception cref="MprpcConnectionException">The application has stopped; thrown at once.</exception>
    public Task ServeAsync(ServedEndpoint endpoint, ConnectionContext connection, CancellationToken cancellationToken)
    {
        RpcConnectionHandler handler = HandlerOf(endpoint);

        lock (_gate)
        {
            if (_isStopping)
            {
                throw new MprpcConnectionException("The application has stopped, and accepts no more connections.");
            }

            // The connection outlives whoever makes it: its ambient state is not the connection's.
            using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            {
                Task serving = ServeAsync(handler, connection, cancellationToken);
                _serving.Add(connection, serving);
                return serving;
            }
        }
    }

    /// <summary>
    /// Takes no more connections, and ends those there are in good order; those that have not ended when <paramref name="cancellationToken"/> says so are
    /// aborted.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task[] serving;

        lock (_gate)
        {
            _isStopping = true;
            serving = [.. _serving.Values];
        }

        await _stopRequested.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(serving).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ConnectionContext[] left;

        lock (_gate)
        {
            left = [.. _serving.Keys];
        }

        foreach (ConnectionContext connection in left)
        {
            connection.Abort(new ConnectionAbortedException("The application has stopped."));
        }

        if (left.Length > 0)
        {
            // As Kestrel does: calls that heed their cancellation get a moment to end.
            await Task.WhenAll(serving).WaitAsync(TimeAfterAbort, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private RpcConnectionHandler HandlerOf(ServedEndpoint endpoint)
    {
        lock (_gate)
        {
            if (!_handlers.TryGetValue(endpoint, out RpcConnectionHandler? handler))
            {
                _handlers[endpoint] = handler = new RpcConnectionHandler(
                    services, endpoint.Options, services.GetRequiredService<ServerLimits>().For(endpoint.Options), endpoint.Dialect);
            }

            return handler;
        }
    }

    private async Task ServeAsync(RpcConnectionHandler handler, ConnectionContext connection, CancellationToken cancellationToken)
    {
        // Off the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var stopRequested = CancellationTokenSource.CreateLinkedTokenSource(_stopRequested.Token, cancellationToken);
        connection.Features.Set<IConnectionLifetimeNotificationFeature>(new StopNotification(stopRequested.Token));

        try
        {
            await handler.OnConnectedAsync(connection).ConfigureAwait(false);
        }
        finally
        {
            await connection.DisposeAsync().ConfigureAwait(false);

            lock (_gate)
            {
                _serving.Remove(connection);
            }
        }
    }

    private sealed class StopNotification(CancellationToken stopRequested) : IConnectionLifetimeNotificationFeature
    {
        public CancellationToken ConnectionClosedRequested { get; set; } = stopRequested;

        public void RequestClose()
        {
            // Kestrel's servers close connections by this; here the server's own stop does.
        }
    }
}
