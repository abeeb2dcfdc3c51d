using System.Security.Claims;

namespace Mprpc.Connections;

/// <summary>Who the peer is, as far as the side that accepted the connection has found out. Safe for concurrent use.</summary>
internal abstract class RpcSession
{
    /// <summary>
    /// The peer's principal at this moment; null: it is anonymous. A login replaces it, never changes it, and code of the application gets to see copies only.
    /// </summary>
    public abstract ClaimsPrincipal? Principal { get; }
}
