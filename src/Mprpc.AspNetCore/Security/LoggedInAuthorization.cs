using Mprpc.Connections;
using Mprpc.Dispatch;
using Mprpc.Wire;

namespace Mprpc.AspNetCore.Security;

/// <summary>Lets anybody call who has logged in.</summary>
internal sealed class LoggedInAuthorization(EndpointSecurity security) : CallAuthorization
{
    public override bool HidesMethods => security.RequiresLogin;

    // Where login is required, refusals take one and the same way, that of unknown methods.
    public override bool? TryAuthorize(RpcConnection connection)
        => ConnectionSession.Of(connection).Caller.IsAuthenticated ? true : security.RequiresLogin ? null : false;

    public override RpcError Denied(RpcConnection connection) => SecurityError.Unauthenticated(ConnectionSession.Of(connection).Caller);

    public override ValueTask<RpcError?> AuthorizeAsync(CallContext context)
    {
        Caller caller = ConnectionSession.CallerOf(context);
        return new(caller.IsAuthenticated ? null : SecurityError.Unauthenticated(caller));
    }
}
