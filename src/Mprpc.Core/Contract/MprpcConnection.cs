using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.Features;

namespace Mprpc;

/// <summary>One connection to a peer. Both sides may call: a service can call its caller back where that peer serves calls.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public abstract class MprpcConnection
{
    private protected MprpcConnection()
    {
    }

    /// <summary>Identifies the connection in logs.</summary>
    public abstract string Id { get; }

    /// <summary>This side's address, or null where the transport has none.</summary>
    public abstract EndPoint? LocalEndPoint { get; }

    /// <summary>The peer's address, or null where the transport has none.</summary>
    public abstract EndPoint? RemoteEndPoint { get; }

    /// <summary>
    /// Who the peer is at this moment: an anonymous principal until it has been authenticated; never null. Each time a copy, so that what is changed on it
    /// changes nothing.
    /// </summary>
    public abstract ClaimsPrincipal User { get; }

    /// <summary>What the transport tells of the connection: on a server the features of Kestrel's connection.</summary>
    public abstract IFeatureCollection Features { get; }

    /// <summary>The application's own data of this connection. Not safe for concurrent use.</summary>
    public abstract IDictionary<object, object?> Items { get; }

    /// <summary>Cancelled when the connection is lost, and when it is closed after its last answer.</summary>
    public abstract CancellationToken Closed { get; }

    /// <summary>Closes the connection at once; what is not sent is lost.</summary>
    public abstract void Abort();

    /// <summary>Calls a method of the peer on this connection.</summary>
    /// <typeparam name="T">The type to read the result as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position.</param>
    /// <exception cref="MprpcRemoteException">The peer answered with an error.</exception>
    /// <exception cref="MprpcConnectionException">The connection was lost before the answer came.</exception>
    public ValueTask<T> CallAsync<T>(string method, params ReadOnlySpan<object?> arguments) => CallAsync<T>(method, default(MprpcCallOptions), arguments);

    /// <summary>Calls a method of the peer on this connection.</summary>
    /// <typeparam name="T">The type to read the result as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="method">The method's wire name.</param>
    /// <param name="options">Timeout and cancellation of this call.</param>
    /// <param name="arguments">The arguments by position.</param>
    /// <exception cref="MprpcRemoteException">The peer answered with an error.</exception>
    /// <exception cref="MprpcConnectionException">The connection was lost before the answer came.</exception>
    /// <exception cref="TimeoutException">No answer came within <see cref="MprpcCallOptions.Timeout"/>.</exception>
    /// <exception cref="OperationCanceledException"><see cref="MprpcCallOptions.CancellationToken"/> was cancelled.</exception>
    public abstract ValueTask<T> CallAsync<T>(string method, MprpcCallOptions options, params ReadOnlySpan<object?> arguments);

    /// <summary>Calls a method of the peer on this connection, with the arguments as an array and the token last.</summary>
    /// <typeparam name="T">The type to read the result as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position; each element is one.</param>
    /// <param name="cancellationToken">Ends the wait; the answer, if one comes, is ignored.</param>
    /// <exception cref="MprpcRemoteException">The peer answered with an error.</exception>
    /// <exception cref="MprpcConnectionException">The connection was lost before the answer came.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. The call may still run at the peer.</exception>
    public ValueTask<T> CallAsync<T>(string method, object?[] arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return CallAsync<T>(method, MprpcCallOptions.FromCancellationToken(cancellationToken), (ReadOnlySpan<object?>)arguments);
    }

    /// <summary>Sends a notification: a call that the peer does not answer.</summary>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position.</param>
    /// <returns>Completes when the peer keeps up; the notification is on its way before.</returns>
    /// <exception cref="MprpcConnectionException">The connection is closed; nothing was sent.</exception>
    public abstract ValueTask NotifyAsync(string method, params ReadOnlySpan<object?> arguments);

    /// <summary>Sends a notification once the peer keeps up, with a timeout or cancellation of that wait.</summary>
    /// <param name="method">The method's wire name.</param>
    /// <param name="options">
    /// How long it may wait to be sent (the default: as long as calls of this connection may take), what ends the wait, and its metadata; a
    /// <see cref="CancellationToken"/> can be passed in its place. The peer is not told the timeout.
    /// </param>
    /// <param name="arguments">The arguments by position.</param>
    /// <returns>Completes when the notification is on its way; that it has arrived, nobody says.</returns>
    /// <exception cref="MprpcConnectionException">The connection is closed; nothing was sent.</exception>
    /// <exception cref="NotSupportedException">It has metadata, and the peer takes none; nothing was sent.</exception>
    /// <exception cref="TimeoutException">The peer did not read in time; nothing was sent.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the notification was sent; nothing was sent.</exception>
    /// <remarks>What is sent while this waits goes first: await it where the order matters.</remarks>
    public abstract ValueTask NotifyAsync(string method, MprpcCallOptions options, params ReadOnlySpan<object?> arguments);

    /// <summary>Sends a notification once the peer keeps up, with the arguments as an array and the token last.</summary>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position; each element is one.</param>
    /// <param name="cancellationToken">Ends the wait for a peer that does not read.</param>
    /// <inheritdoc cref="NotifyAsync(string, MprpcCallOptions, ReadOnlySpan{object?})" path="/*[self::returns or self::exception or self::remarks]"/>
    public ValueTask NotifyAsync(string method, object?[] arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return NotifyAsync(method, MprpcCallOptions.FromCancellationToken(cancellationToken), (ReadOnlySpan<object?>)arguments);
    }
}
