using Mprpc.Binding;
using Mprpc.CompilerServices;

namespace Mprpc.Client;

/// <content>Calls whose result is a stream.</content>
public sealed partial class MprpcClient
{
    private static readonly MprpcStreamOptions s_defaultStream = new();

    /// <summary>Calls a method whose result is a stream: its items can be read while the method still makes them.</summary>
    /// <typeparam name="T">The type to read each item as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position; the type of each chooses its encoding.</param>
    /// <inheritdoc cref="StreamAsync{T}(string, MprpcStreamOptions, ReadOnlySpan{object?})" path="/*[self::returns or self::exception or self::remarks]"/>
    public IAsyncEnumerable<T> StreamAsync<T>(string method, params ReadOnlySpan<object?> arguments) => StreamAsync<T>(method, s_defaultStream, arguments);

    /// <summary>Calls a method whose result is a stream, with options.</summary>
    /// <typeparam name="T">The type to read each item as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="method">The method's wire name.</param>
    /// <param name="options">How far the server may be ahead, and the call's own options.</param>
    /// <param name="arguments">The arguments by position; the type of each chooses its encoding.</param>
    /// <returns>
    /// The items. The call is made when they are enumerated, each time anew; who stops early, or cancels the enumeration, ends it at the server. The
    /// enumeration throws what the call throws: <see cref="MprpcRemoteException"/>, <see cref="MprpcConnectionException"/>, <see cref="TimeoutException"/>.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    /// <remarks>
    /// A server that does not know the protocol's extensions answers with one array, whose elements are the items. The client's
    /// <see cref="MprpcClientOptions.CallTimeout"/> ends the wait for the first item, a timeout of the options the whole stream.
    /// </remarks>
    public IAsyncEnumerable<T> StreamAsync<T>(string method, MprpcStreamOptions options, params ReadOnlySpan<object?> arguments)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new StreamRequest<T>(_sender, method, _sender.Write(method, arguments), options, CancellationToken.None);
    }

    private ValueTask<T> SendAsync<T>(string method, MprpcWriter request, MprpcCallOptions options)
        => request.HasStreams ? _sender.FeedAsync<T>(method, request, options) : _sender.SendAsync<T>(method, request, options);
}
