namespace Mprpc.AspNetCore;

/// <summary>What one client has answered to a question that went to many; from <see cref="IMprpcClients"/>.</summary>
/// <typeparam name="T">The type of the result.</typeparam>
/// <remarks>Immutable, and safe for concurrent use.</remarks>
public sealed class MprpcReply<T> : MprpcReply
{
    /// <summary>What the client has answered; the default value of the type where there is an <see cref="MprpcReply.Error"/>.</summary>
    public T? Result { get; init; }
}
