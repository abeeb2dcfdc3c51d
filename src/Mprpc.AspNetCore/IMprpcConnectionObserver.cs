namespace Mprpc.AspNetCore;

/// <summary>Is told of the connections of the server; added by <c>AddMprpc().AddConnectionObserver&lt;T&gt;()</c>.</summary>
/// <remarks>
/// For one connection what happened is told in its order, the next when the task of the one before has ended; for several at once, so that it must be safe for
/// concurrent use. No connection waits for it, and what it throws is logged.
/// </remarks>
public interface IMprpcConnectionObserver
{
    /// <summary>A connection has begun; who its peer is by what it brought itself is known.</summary>
    /// <param name="connection">The connection; it may have ended meanwhile.</param>
    ValueTask OnConnectedAsync(MprpcConnection connection) => ValueTask.CompletedTask;

    /// <summary>The peer has said <c>$/hello</c>: it knows the protocol's extensions, and can be called from here on if it serves methods.</summary>
    /// <param name="connection">The connection.</param>
    ValueTask OnHelloAsync(MprpcConnection connection) => ValueTask.CompletedTask;

    /// <summary>A connection has ended; it has left its groups.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="reason">Why; null: one of the two sides has closed it in good order.</param>
    ValueTask OnDisconnectedAsync(MprpcConnection connection, Exception? reason) => ValueTask.CompletedTask;
}
