using Mprpc.Connections;
using Mprpc.Dispatch;
using Mprpc.Wire;

namespace Mprpc.AspNetCore.Security;

/// <summary>Answers calls of methods that are not there as those of methods that the caller may not call, where the endpoint requires login.</summary>
internal sealed class UnknownMethodAuthorization : CallAuthorization
{
    public override bool HidesMethods => true;

    public override bool? TryAuthorize(RpcConnection connection) => null;

    public override RpcError Denied(RpcConnection connection) => Refuse(ConnectionSession.Of(connection).Caller);

    public override ValueTask<RpcError?> AuthorizeAsync(CallContext context) => new(Refuse(ConnectionSession.CallerOf(context)));

    private static RpcError Refuse(Caller caller) => caller.IsAuthenticated ? SecurityError.ForbiddenOrUnknown : SecurityError.Unauthenticated(caller);
}
