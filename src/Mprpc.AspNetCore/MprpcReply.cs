namespace Mprpc.AspNetCore;

/// <summary>What one client has answered to a call without a result that went to many; from <see cref="IMprpcClients{T}"/>.</summary>
/// <remarks>Immutable, and safe for concurrent use.</remarks>
public class MprpcReply
{
    /// <summary>The client's connection, as <see cref="MprpcConnection.Id"/> names it.</summary>
    public required string ConnectionId { get; init; }

    /// <summary>The client's connection; null where it is another server's.</summary>
    public MprpcConnection? Connection { get; init; }

    /// <summary>
    /// Why the call has failed: <see cref="MprpcRemoteException"/> where the client's method failed, <see cref="TimeoutException"/> where it has not answered
    /// in time, <see cref="MprpcConnectionException"/> where its connection was lost. Null: the client has run it.
    /// </summary>
    public Exception? Error { get; init; }
}
