using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mprpc.AspNetCore.Security;

/// <summary>Who has opened a WebSocket, by which scheme, and until when that holds.</summary>
internal sealed class RequestUser : IConnectionUserFeature
{
    public ClaimsPrincipal? User { get; set; }

    /// <summary>The scheme whose principal it is as it is; else null.</summary>
    public string? Scheme { get; private init; }

    public DateTimeOffset? Expires { get; private init; }

    public static async Task<RequestUser> OfAsync(HttpContext context)
    {
        AuthenticateResult? result = context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult;

        if (result is { Succeeded: true } && result.Principal == context.User)
        {
            return new RequestUser { User = context.User, Scheme = result.Ticket.AuthenticationScheme, Expires = result.Properties?.ExpiresUtc };
        }

        if (!context.User.Identities.Any(identity => identity.IsAuthenticated))
        {
            return new RequestUser { User = context.User };
        }

        // A middleware has made its own principal of the scheme's, which hides the scheme's outcome: what the credential is good for has not become longer by
        // it.
        DateTimeOffset? expires = result is { Succeeded: true } ? result.Properties?.ExpiresUtc : null;

        foreach (string scheme in await SchemesOfAsync(context).ConfigureAwait(false))
        {
            // Not a second time: within a request, a handler keeps its outcome.
            AuthenticateResult known = await context.AuthenticateAsync(scheme).ConfigureAwait(false);

            if (known.Succeeded && known.Properties?.ExpiresUtc is { } end && (expires is null || end < expires))
            {
                expires = end;
            }
        }

        return new RequestUser { User = context.User, Expires = expires };
    }

    /// <summary>The schemes that the request can have been authenticated by: the default one, and those of the endpoint's policy.</summary>
    private static async Task<HashSet<string>> SchemesOfAsync(HttpContext context)
    {
        var schemes = new HashSet<string>(StringComparer.Ordinal);

        if (context.RequestServices.GetService<IAuthenticationSchemeProvider>() is not { } provider)
        {
            return schemes;
        }

        if (await provider.GetDefaultAuthenticateSchemeAsync().ConfigureAwait(false) is { } standard)
        {
            schemes.Add(standard.Name);
        }

        if (context.GetEndpoint()?.Metadata is { } metadata && context.RequestServices.GetService<IAuthorizationPolicyProvider>() is { } policies
            && await AuthorizationPolicy.CombineAsync(
                    policies, metadata.GetOrderedMetadata<IAuthorizeData>(), metadata.GetOrderedMetadata<AuthorizationPolicy>())
                .ConfigureAwait(false) is { } policy)
        {
            schemes.UnionWith(policy.AuthenticationSchemes);
        }

        return schemes;
    }
}
