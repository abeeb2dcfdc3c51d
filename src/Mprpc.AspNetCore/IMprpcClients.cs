namespace Mprpc.AspNetCore;

/// <summary>Calls the clients that are connected, by the names of their methods; a singleton that can be injected anywhere. Typed by a contract:
/// <see cref="IMprpcClients{T}"/>.</summary>
/// <remarks>
/// Reached are clients that serve methods: those that have offered <c>calls</c> in <c>$/hello</c>, as .NET clients with handlers do, and those of endpoints
/// with
/// <see cref="MprpcEndpointOptions.CallsBack"/>; where the endpoint requires a login, those that have logged in. Others are left out, which the metric
/// <c>mprpc.server.undelivered</c> counts. Safe for concurrent use.
/// </remarks>
public interface IMprpcClients
{
    /// <summary>Which connections are in which groups.</summary>
    IMprpcGroups Groups { get; }

    /// <summary>Sends a notification to each client of a target. It is encoded once; nobody is waited for, and who does not keep up stalls nobody.</summary>
    /// <param name="target">Which clients; those that are there when it is sent.</param>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position.</param>
    /// <remarks>
    /// Notifications of one thread reach each client in their order. What becomes of them, nobody says. An argument that cannot be encoded, and a message
    /// that is larger or nests deeper than may be sent, throws MessagePackSerializationException, and nothing is sent.
    /// </remarks>
    void Notify(MprpcTarget target, string method, params ReadOnlySpan<object?> arguments);

    /// <summary>Calls a method of one client.</summary>
    /// <typeparam name="T">The type to read the result as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="connectionId">The client's connection, as <see cref="MprpcConnection.Id"/> names it.</param>
    /// <param name="method">The method's wire name.</param>
    /// <param name="options">Timeout, metadata and cancellation of this call; a <see cref="CancellationToken"/> can be passed in its place.</param>
    /// <param name="arguments">The arguments by position.</param>
    /// <exception cref="MprpcRemoteException">The client answered with an error.</exception>
    /// <exception cref="MprpcConnectionException">There is no such connection that can be called, or it was lost before the answer came.</exception>
    /// <exception cref="TimeoutException">No answer came in time.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<T> CallAsync<T>(string connectionId, string method, MprpcCallOptions options, params ReadOnlySpan<object?> arguments);

    /// <summary>Calls a method of each client of a target, and gives the answers as they come.</summary>
    /// <typeparam name="T">The type to read each result as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="target">Which clients; those that are there when the sequence is enumerated.</param>
    /// <param name="within">How long each may take; <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</param>
    /// <param name="method">The method's wire name.</param>
    /// <param name="arguments">The arguments by position.</param>
    /// <returns>
    /// One reply a client, in the order of the answers; it ends when all have answered, have failed or have let the time pass. The calls are made when it is
    /// enumerated, and are cancelled where that ends early.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is zero or negative.</exception>
    IAsyncEnumerable<MprpcReply<T>> AskAsync<T>(MprpcTarget target, TimeSpan within, string method, params ReadOnlySpan<object?> arguments);
}
