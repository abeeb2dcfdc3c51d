using Mprpc.Client.Connections;
using Mprpc.Client.Transports;
using Mprpc.Connections;
using Mprpc.Dispatch;

namespace Mprpc.Client.Pooling;

/// <summary>The connections of a client: calls share the one with the fewest calls in flight, and a further one is made when all are in use.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class ConnectionPool
{
    private readonly ClientConnection[] _connections;
    private readonly int _limit;
    private readonly SemaphoreSlim? _places;

    public ConnectionPool(Dialer dialer, MprpcClientOptions options, Dispatcher dispatcher, ClientLogin? login, Action onChanged, CancellationToken disposed)
    {
        _connections = [.. Enumerable.Range(0, options.MaxConnections).Select(_ => new ClientConnection(dialer, options, dispatcher, login, onChanged, disposed))];
        _limit = Math.Min(options.MaxInFlightPerConnection, options.MaxCallsPerConnection);
        _places = _limit == int.MaxValue ? null : new SemaphoreSlim(checked((int)Math.Min(int.MaxValue, (long)_limit * options.MaxConnections)));
    }

    /// <summary>Whether calls wait for a place, because the calls in flight on a connection, or all its calls, are limited.</summary>
    public bool IsLimited => _places is not null;

    public bool IsConnected => Array.Exists(_connections, connection => connection.Current is not null);

    public bool IsConnecting => Array.Exists(_connections, connection => connection.IsConnecting);

    /// <summary>A connection for a call, where one is there at once; for a pool without limit.</summary>
    public RpcConnection? TryGet() => Choose().Current;

    /// <summary>A connection for a call or a notification; made, where there is none.</summary>
    /// <exception cref="MprpcConnectionException">The peer cannot be reached.</exception>
    public Task<RpcConnection> GetAsync()
    {
        Task<RpcConnection> getting = Choose().GetAsync();
        return _connections.Length == 1 || getting.IsCompletedSuccessfully ? getting : GetOrElseAnotherAsync(getting);
    }

    /// <summary>Makes the first connection.</summary>
    /// <param name="waitForReady">Whether to try until the server can be reached.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="MprpcConnectionException">The peer cannot be reached.</exception>
    public async Task ConnectAsync(bool waitForReady, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await GetAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (MprpcConnectionException exception) when (waitForReady && !exception.IsLasting)
            {
                // The next attempt waits for its back-off.
            }
        }
    }

    /// <summary>Gives a place on a connection that cannot be made back, for one on a connection that is there.</summary>
    /// <returns>The other place, or null where there is none; then the caller keeps its own.</returns>
    public ClientConnection? TryMove(ClientConnection place)
    {
        if (Array.Find(_connections, connection => connection != place && connection.Current is not null && connection.TryReserve(_limit)) is not { } other)
        {
            return null;
        }

        place.Unreserve();
        return other;
    }

    /// <summary>The connections that take calls at this moment.</summary>
    public IEnumerable<RpcConnection> Connected() => _connections.Select(connection => connection.Current).OfType<RpcConnection>();

    /// <summary>Waits for a place on a connection; to be given back with <see cref="Release"/>.</summary>
    public async Task<ClientConnection> ReserveAsync(CancellationToken cancellationToken)
    {
        await _places!.WaitAsync(cancellationToken).ConfigureAwait(false);

        while (true)
        {
            // There is a place, since there was a permit; a race for one is lost at most to those who got one too.
            ClientConnection least = _connections[0];

            foreach (ClientConnection connection in _connections)
            {
                if (connection.Reserved < least.Reserved)
                {
                    least = connection;
                }
            }

            if (least.TryReserve(_limit))
            {
                return least;
            }
        }
    }

    public void Release(ClientConnection connection)
    {
        connection.Unreserve();
        _places!.Release();
    }

    public Task CloseAsync(TimeSpan sendTimeout) => Task.WhenAll(_connections.Select(connection => connection.CloseAsync(sendTimeout)));

    private ClientConnection Choose()
    {
        ClientConnection[] connections = _connections;

        if (connections.Length == 1)
        {
            return connections[0];
        }

        // The least loaded that is connected; one that is not, where all others are in use.
        ClientConnection? best = null;
        ClientConnection? unconnected = null;
        int bestLoad = int.MaxValue;

        foreach (ClientConnection connection in connections)
        {
            if (connection.Current is null)
            {
                // One that has just failed is tried again when it is time, and not by each call.
                unconnected = unconnected is null || (unconnected.IsWaitingToConnect && !connection.IsWaitingToConnect) ? connection : unconnected;
            }
            else if (connection.Load is var load && load < bestLoad)
            {
                best = connection;
                bestLoad = load;
            }
        }

        return best is not null && (bestLoad == 0 || unconnected is null || unconnected.IsWaitingToConnect) ? best : unconnected!;
    }

    private async Task<RpcConnection> GetOrElseAnotherAsync(Task<RpcConnection> getting)
    {
        try
        {
            return await getting.ConfigureAwait(false);
        }
        catch (MprpcConnectionException) when (Connected().FirstOrDefault() is { } other)
        {
            return other;
        }
    }
}
