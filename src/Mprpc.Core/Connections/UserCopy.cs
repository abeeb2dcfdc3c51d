using System.Security.Claims;
using System.Security.Principal;

namespace Mprpc.Connections;

/// <summary>A user for one piece of the application's code: what it changes there reaches no other call and no other connection, as over HTTP.</summary>
internal static class UserCopy
{
    /// <summary>A copy; of null, a user who has not logged in.</summary>
    public static ClaimsPrincipal Of(ClaimsPrincipal? principal)
    {
        if (principal is null)
        {
            return new ClaimsPrincipal(new ClaimsIdentity());
        }

        if (principal.GetType() == typeof(ClaimsPrincipal) || principal.GetType() == typeof(GenericPrincipal))
        {
            // ClaimsPrincipal.Clone() would share the identities.
            return new ClaimsPrincipal(principal.Identities.Select(static identity => identity.Clone()));
        }

        // Of a class of the application's own, only that class can make a copy.
        ClaimsPrincipal copy = principal.Clone();
        return copy.GetType() == principal.GetType() ? copy : principal;
    }
}
