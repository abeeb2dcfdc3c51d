using System.Security.Claims;

namespace Mprpc.AspNetCore.Clients;

/// <summary>A user is who the claim of the identifier names, else the name.</summary>
internal sealed class ClaimedUserId : IMprpcUserIdProvider
{
    public string? GetUserId(MprpcConnection connection)
    {
        ClaimsPrincipal user = connection.User;
        return user.FindFirst(ClaimTypes.NameIdentifier)?.Value ?? user.Identity?.Name;
    }
}
