namespace Mprpc.AspNetCore;

/// <summary>What one client has answered to a question that went to many; from <see cref="IMprpcClients"/>.</summary>
/// <typeparam name="T">The type of the result.</typeparam>
/// <remarks>Immutable, and safe for concurrent use.</remarks>
public sealed class MprpcReply<T>
{
    /// <summary>The client's connection, as <see cref="MprpcConnection.Id"/> names it.</summary>
    public required string ConnectionId { get; init; }

    /// <summary>The client's connection; null where it is another server's.</summary>
    public MprpcConnection? Connection { get; init; }

    /// <summary>What the client has answered; the default value of the type where there is an <see cref="Error"/>.</summary>
    public T? Result { get; init; }

    /// <summary>
    /// Why there is no result: <see cref="MprpcRemoteException"/> where the client's method failed, <see cref="TimeoutException"/> where it has not answered in
    /// time, <see cref="MprpcConnectionException"/> where its connection was lost. Null: there is a result.
    /// </summary>
    public Exception? Error { get; init; }
}
