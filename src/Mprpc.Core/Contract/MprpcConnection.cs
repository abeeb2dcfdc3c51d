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

    /// <summary>Sends a notification: a call that the peer does not answer.</summary>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position.</param>
    /// <exception cref="MprpcConnectionException">The connection is closed; nothing was sent.</exception>
    public abstract ValueTask NotifyAsync(string method, params ReadOnlySpan<object?> arguments);
}
