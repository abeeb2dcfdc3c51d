using System.Security.Claims;

namespace Mprpc.Connections;

/// <summary>Whose calls some are, as a login or a call's own credential has told. Safe for concurrent use.</summary>
internal abstract class RpcCaller
{
    /// <summary>Null: it is anonymous. Never given to code of the application: it would be the same for all calls.</summary>
    public abstract ClaimsPrincipal? Principal { get; }
}
