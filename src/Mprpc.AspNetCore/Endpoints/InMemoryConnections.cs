using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Limits;
using Mprpc.AspNetCore.Model;
using Mprpc.AspNetCore.WebSockets;

namespace Mprpc.AspNetCore.Endpoints;

/// <summary>
/// Serves connections that no listener has accepted, as the listeners' own are served: those that the test kit makes in memory. They end with the server.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class InMemoryConnections(IServiceProvider services)
{
    private static readonly TimeSpan TimeAfterAbort = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopRequested = new();
    private readonly Dictionary<InMemoryEndpoint, RpcConnectionHandler> _handlers = [];
    private readonly Dictionary<ConnectionContext, Task> _serving = [];
    private InMemoryEndpoint[]? _endpoints;
    private bool _isStopping;

    /// <summary>What can be connected to: the endpoints that were mapped, and last the one that serves AddService's services, where there are some.</summary>
    /// <exception cref="InvalidOperationException">The application has not started.</exception>
    public IReadOnlyList<InMemoryEndpoint> Endpoints => _endpoints
        ?? throw new InvalidOperationException(
            "The application has not started. Call StartAsync() before you create a client of it; WebApplicationFactory does so itself.");

    /// <summary>Cancelled when the server closes its listeners.</summary>
    public CancellationToken StopRequested => _stopRequested.Token;

    public void Start(IReadOnlyList<RpcEndpoint> mapped, IReadOnlyList<WebSocketEndpoint> webSockets)
    {
        List<InMemoryEndpoint> served =
        [
            .. mapped.Select(endpoint => new InMemoryEndpoint(endpoint.Options.Section?.Key, endpoint.Address, endpoint.Options)),
            .. webSockets.Select(webSocket => new InMemoryEndpoint(webSocket.Options.Origin, address: null, webSocket.Options)),
        ];

        if (services.GetServices<ServiceRegistration>().Any())
        {
            served.Add(new InMemoryEndpoint("AddService", address: null, new MprpcEndpointOptions { Origin = "AddService" }));
        }

        _endpoints = [.. served];
    }

    /// <summary>Makes the handlers of all endpoints, for a server that does not listen: a service that cannot be served fails the start there too.</summary>
    /// <exception cref="InvalidOperationException">A service cannot be served.</exception>
    public void Check()
    {
        foreach (InMemoryEndpoint endpoint in Endpoints)
        {
            HandlerOf(endpoint);
        }
    }

    /// <summary>Serves a connection until it ends; returns at once.</summary>
    /// <exception cref="MprpcConnectionException">The application has stopped.</exception>
    public void Serve(InMemoryEndpoint endpoint, ConnectionContext connection)
    {
        RpcConnectionHandler handler = HandlerOf(endpoint);

        lock (_gate)
        {
            if (_isStopping)
            {
                throw new MprpcConnectionException("The application has stopped, and accepts no more connections.");
            }

            connection.Features.Set<IConnectionLifetimeNotificationFeature>(new StopNotification(_stopRequested.Token));

            // The connection outlives whoever makes it: his ambient state is not the connection's.
            using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            {
                _serving.Add(connection, ServeAsync(handler, connection));
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

    private RpcConnectionHandler HandlerOf(InMemoryEndpoint endpoint)
    {
        lock (_gate)
        {
            if (!_handlers.TryGetValue(endpoint, out RpcConnectionHandler? handler))
            {
                _handlers[endpoint] = handler = new RpcConnectionHandler(
                    services, endpoint.Options, services.GetRequiredService<ServerLimits>().For(endpoint.Options));
            }

            return handler;
        }
    }

    private async Task ServeAsync(RpcConnectionHandler handler, ConnectionContext connection)
    {
        // Off the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

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
