namespace Mprpc.AspNetCore;

/// <summary>
/// Says which user a connection is of, for <see cref="IMprpcClients{T}.User"/>. Default: the claim <see
/// cref="System.Security.Claims.ClaimTypes.NameIdentifier"/> of <see cref="MprpcConnection.User"/>, else its name. Register another as a singleton before or
/// after <c>AddMprpc()</c>.
/// </summary>
/// <remarks>To be safe for concurrent use.</remarks>
public interface IMprpcUserIdProvider
{
    /// <summary>The user's identifier. Asked when a connection begins, and after each login.</summary>
    /// <param name="connection">The connection.</param>
    /// <returns>The identifier; null or empty: the connection is nobody's. What this throws is logged, and the connection is nobody's.</returns>
    string? GetUserId(MprpcConnection connection);
}
