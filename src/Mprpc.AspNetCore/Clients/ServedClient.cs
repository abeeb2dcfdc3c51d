using Mprpc.Connections;

namespace Mprpc.AspNetCore.Clients;

/// <summary>A connection from its begin to its end, as one that may be called and is observed.</summary>
internal sealed class ServedClient(ClientRegistry registry, ConnectionObservers observers, PushRules rules)
{
    private ClientConnection? _client;
    private ObservedConnection? _observed;

    /// <summary>It is known who the peer is, and the connection is about to be served.</summary>
    public void Enter(RpcConnection connection)
    {
        _observed = observers.Observe(connection);
        _client = registry.Add(connection, rules);
        _observed?.OnConnected();
    }

    /// <summary>The peer has said what it takes; on the read loop.</summary>
    public void OnHello() => _observed?.OnHello();

    /// <summary>The connection has ended; only the first time counts.</summary>
    /// <param name="reason">Why; null: one of the two sides has closed it in good order.</param>
    /// <returns>The reason.</returns>
    public Exception? Leave(Exception? reason)
    {
        if (_client is { } client)
        {
            _client = null;
            registry.Remove(client);
            _observed?.OnDisconnected(reason);
        }

        return reason;
    }
}
