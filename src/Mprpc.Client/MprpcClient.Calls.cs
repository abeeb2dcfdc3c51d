using Mprpc.CompilerServices;
using Mprpc.Wire;

namespace Mprpc.Client;

/// <content>Calls and notifications that name their method.</content>
public sealed partial class MprpcClient
{
    /// <summary>Calls a method.</summary>
    /// <typeparam name="T">The type to read the result as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position; the type of each chooses its encoding.</param>
    /// <returns>
    /// The result. Await it once; what asks for it earlier or again throws <see cref="InvalidOperationException"/>. For several awaiters call
    /// <see cref="ValueTask{T}.AsTask"/> once.
    /// </returns>
    /// <exception cref="MprpcRemoteException">The server answered with an error.</exception>
    /// <exception cref="MprpcConnectionException">The server cannot be reached, and the call does not wait for it; or the connection was lost before the answer
    /// came.</exception>
    /// <exception cref="TimeoutException">No answer came within <see cref="MprpcClientOptions.CallTimeout"/>.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public ValueTask<T> CallAsync<T>(string method, params ReadOnlySpan<object?> arguments) => CallAsync<T>(method, default(MprpcCallOptions), arguments);

    /// <summary>Calls a method, with a timeout or cancellation.</summary>
    /// <typeparam name="T">The type to read the result as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="method">The method's wire name.</param>
    /// <param name="options">This call's timeout and cancellation; a <see cref="CancellationToken"/> can be passed in its place.</param>
    /// <param name="arguments">The arguments by position; the type of each chooses its encoding.</param>
    /// <returns>
    /// The result. Await it once; what asks for it earlier or again throws <see cref="InvalidOperationException"/>. For several awaiters call
    /// <see cref="ValueTask{T}.AsTask"/> once.
    /// </returns>
    /// <exception cref="MprpcRemoteException">The server answered with an error.</exception>
    /// <exception cref="MprpcConnectionException">The server cannot be reached, or the connection was lost before the answer came.</exception>
    /// <exception cref="TimeoutException">No answer came in time.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled. It may still run at the server.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public ValueTask<T> CallAsync<T>(string method, MprpcCallOptions options, params ReadOnlySpan<object?> arguments)
        => SendAsync<T>(method, _sender.Write(method, arguments), options);

    /// <summary>Calls a method, with the arguments as an array and the token last.</summary>
    /// <typeparam name="T">The type to read the result as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position; each element is one, and its type chooses its encoding.</param>
    /// <param name="cancellationToken">Ends the wait; the answer, if one comes, is ignored.</param>
    /// <inheritdoc cref="CallAsync{T}(string, MprpcCallOptions, ReadOnlySpan{object?})" path="/*[self::returns or self::exception]"/>
    public ValueTask<T> CallAsync<T>(string method, object?[] arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return CallAsync<T>(method, MprpcCallOptions.FromCancellationToken(cancellationToken), (ReadOnlySpan<object?>)arguments);
    }

    /// <summary>Calls a method whose result, if it has one, is of no interest.</summary>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position.</param>
    /// <inheritdoc cref="CallAsync{T}(string, ReadOnlySpan{object?})" path="/exception"/>
    public ValueTask CallAsync(string method, params ReadOnlySpan<object?> arguments) => CallAsync(method, default(MprpcCallOptions), arguments);

    /// <summary>Calls a method whose result, if it has one, is of no interest, with a timeout or cancellation.</summary>
    /// <param name="method">The method's wire name.</param>
    /// <param name="options">This call's timeout and cancellation; a <see cref="CancellationToken"/> can be passed in its place.</param>
    /// <param name="arguments">The arguments by position.</param>
    /// <inheritdoc cref="CallAsync{T}(string, MprpcCallOptions, ReadOnlySpan{object?})" path="/exception"/>
    public ValueTask CallAsync(string method, MprpcCallOptions options, params ReadOnlySpan<object?> arguments)
        => MprpcCallInvoker.WithoutResultAsync(SendAsync<NoValue>(method, _sender.Write(method, arguments), options));

    /// <summary>Calls a method whose result, if it has one, is of no interest, with the arguments as an array and the token last.</summary>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position; each element is one.</param>
    /// <param name="cancellationToken">Ends the wait; the answer, if one comes, is ignored.</param>
    /// <inheritdoc cref="CallAsync{T}(string, MprpcCallOptions, ReadOnlySpan{object?})" path="/exception"/>
    public ValueTask CallAsync(string method, object?[] arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return CallAsync(method, MprpcCallOptions.FromCancellationToken(cancellationToken), (ReadOnlySpan<object?>)arguments);
    }

    /// <summary>Sends a notification: a call that the server does not answer.</summary>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position.</param>
    /// <returns>Completes when the notification is on its way; that it has arrived, nobody says.</returns>
    /// <exception cref="MprpcConnectionException">The server cannot be reached.</exception>
    /// <exception cref="TimeoutException">It could not be sent within <see cref="MprpcClientOptions.CallTimeout"/>.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    /// <remarks>Notifications of one thread are sent in its order, over the same connection as long as that holds.</remarks>
    public ValueTask NotifyAsync(string method, params ReadOnlySpan<object?> arguments) => NotifyAsync(method, default(MprpcCallOptions), arguments);

    /// <summary>Sends a notification, with a timeout, cancellation or metadata.</summary>
    /// <param name="method">The method's wire name.</param>
    /// <param name="options">
    /// How long it may wait to be sent, what ends the wait, and its metadata; a <see cref="CancellationToken"/> can be passed in its place. The server is not
    /// told the timeout.
    /// </param>
    /// <param name="arguments">The arguments by position.</param>
    /// <returns>Completes when the notification is on its way; that it has arrived, nobody says.</returns>
    /// <exception cref="MprpcConnectionException">The server cannot be reached.</exception>
    /// <exception cref="NotSupportedException">It has metadata, and the server takes none; nothing was sent.</exception>
    /// <exception cref="TimeoutException">It could not be sent in time.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before it was sent.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public ValueTask NotifyAsync(string method, MprpcCallOptions options, params ReadOnlySpan<object?> arguments)
    {
        options.CancellationToken.ThrowIfCancellationRequested();
        return _sender.NotifyAsync(method, RequestWriter.WithoutStreams(method, _sender.Write(method, arguments)), options);
    }

    /// <summary>Sends a notification, with the arguments as an array and the token last.</summary>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position; each element is one.</param>
    /// <param name="cancellationToken">Ends the wait to be sent.</param>
    /// <inheritdoc cref="NotifyAsync(string, MprpcCallOptions, ReadOnlySpan{object?})" path="/*[self::returns or self::exception]"/>
    public ValueTask NotifyAsync(string method, object?[] arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return NotifyAsync(method, MprpcCallOptions.FromCancellationToken(cancellationToken), (ReadOnlySpan<object?>)arguments);
    }
}
