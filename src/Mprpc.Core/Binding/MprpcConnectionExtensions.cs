using Mprpc.Binding;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Wire;

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

    /// <summary>Calls a method of the connection's peer whose result is a stream.</summary>
    /// <typeparam name="T">The type to read each item as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="connection">The connection.</param>
    /// <param name="method">The method's wire name.</param>
    /// <param name="options">How far the peer may be ahead, and the call's own options.</param>
    /// <param name="arguments">The arguments by position; the type of each chooses its encoding.</param>
    /// <returns>
    /// The items. The call is made when they are enumerated, each time anew; who stops early, or cancels the enumeration, ends it at the peer. A peer that does
    /// not know the protocol's extensions answers with one array, whose elements are the items.
    /// </returns>
    public static IAsyncEnumerable<T> StreamAsync<T>(
        this MprpcConnection connection, string method, MprpcStreamOptions options, params ReadOnlySpan<object?> arguments)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(options);
        var rpc = (RpcConnection)connection;
        MprpcWriter request = RequestWriter.Begin(rpc.Serializer, rpc.Limits.SendLimit, method, arguments);
        return new StreamRequest<T>(new ConnectionCallInvoker(rpc), method, request, options, CancellationToken.None);
    }
}
