using Mprpc.Connections;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>Says whether a method may be called. Safe for concurrent use.</summary>
internal abstract class CallAuthorization
{
    /// <summary>Whether a caller that may not call is told nothing of the method, not even that it takes long.</summary>
    public virtual bool HidesMethods => false;

    /// <summary>The verdict where it is known without waiting and without allocating; null: <see cref="AuthorizeAsync"/> has to be asked.</summary>
    public abstract bool? TryAuthorize(RpcConnection connection);

    /// <summary>The verdict; null: the call may go on.</summary>
    public abstract ValueTask<RpcError?> AuthorizeAsync(CallContext context);

    /// <summary>What a caller is told whom <see cref="TryAuthorize"/> has refused.</summary>
    public abstract RpcError Denied(RpcConnection connection);
}
