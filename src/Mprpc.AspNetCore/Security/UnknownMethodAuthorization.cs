using Mprpc.Connections;
using Mprpc.Dispatch;
using Mprpc.Wire;

namespace Mprpc.AspNetCore.Security;

/// <summary>Answers calls of methods that are not there as those of methods that the caller may not call, where the endpoint requires login.</summary>
internal sealed class UnknownMethodAuthorization : CallAuthorization
{
    public override bool HidesMethods => true;

    public override bool? TryAuthorize(RpcConnection connection) => null;

    public override RpcError Denied(RpcConnection connection) => Refuse(connection);

    public override ValueTask<RpcError?> AuthorizeAsync(CallContext context) => new(Refuse((RpcConnection)context.Connection));

    private static RpcError Refuse(RpcConnection connection)
    {
        Caller caller = ConnectionSession.Of(connection).Caller;
        return caller.IsAuthenticated ? SecurityError.ForbiddenOrUnknown : SecurityError.Unauthenticated(caller);
    }
}
