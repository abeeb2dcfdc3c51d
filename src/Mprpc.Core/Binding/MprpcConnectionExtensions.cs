using Mprpc.Binding;
using Mprpc.Connections;

namespace Mprpc;

/// <summary>Typed calls to the peer of a connection.</summary>
public static class MprpcConnectionExtensions
{
    /// <summary>
    /// Makes a typed client of the connection's peer: each call of a method of <typeparamref name="T"/> calls the peer, whichever side has dialled:
    /// <c>await call.Connection.As&lt;IScreen&gt;().ConfirmAsync(order)</c>.
    /// </summary>
    /// <typeparam name="T">The contract that the peer serves: an interface marked [MprpcService]. Its proxy is generated when the interface is compiled (by
    /// reflection at run time where it was compiled without the generator), and allocates nothing per call.</typeparam>
    /// <param name="connection">The connection.</param>
    /// <returns>
    /// The proxy: it lives as long as the connection, is safe for concurrent use, and takes options by
    /// <see cref="MprpcProxyExtensions.With{T}(T, MprpcCallOptions)"/>. Void methods send notifications, and throw <see cref="MprpcConnectionException"/>
    /// where the connection is closed.
    /// </returns>
    /// <exception cref="InvalidOperationException">The interface is no contract, or a method of it cannot be called.</exception>
    /// <exception cref="NotSupportedException">There is no generated proxy, and this application cannot make one at run time (native AOT).</exception>
    /// <remarks>
    /// Any peer can be called that serves methods, neovim and its libraries included. The names are made by the naming policy of this side's options. A peer
    /// that does not answer is waited for: set a timeout with <c>With</c>, or pass the token of the call that is being served.
    /// </remarks>
    public static T As<T>(this MprpcConnection connection)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(connection);
        var rpc = (RpcConnection)connection;     // the only one there is: its constructor is ours
        return ProxyModel.Find<T>(rpc.NamingPolicy)(new ConnectionCallInvoker(rpc));
    }
}
