using Microsoft.AspNetCore.Http;

namespace Mprpc.AspNetCore.WebSockets;

/// <summary>
/// Which pages may open a WebSocket. Browsers let any page try, and send the user's cookies with it: without this, every page could call as its visitor.
/// </summary>
internal static class RequestOrigin
{
    private const string Any = "*";

    /// <summary>Whether the request comes from no page, from one of the origins that the application names, or, where it names none, from the same origin.</summary>
    /// <remarks>UseWebSockets() checks the named ones only where it is the first in the pipeline: so they are checked here, always.</remarks>
    public static bool IsAllowed(HttpRequest request, IList<string> allowed)
    {
        string? origin = request.Headers.Origin;

        if (string.IsNullOrEmpty(origin))
        {
            return true;
        }

        return allowed.Count > 0
            ? allowed.Contains(Any) || allowed.Contains(origin, StringComparer.OrdinalIgnoreCase)
            : IsSame(request, origin);
    }

    // RFC 6454: scheme, host and port. Whatever has more in it was sent by no browser.
    private static bool IsSame(HttpRequest request, string origin)
        => Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri)
            && uri.UserInfo.Length == 0
            && uri.PathAndQuery == "/"
            && uri.Scheme.Equals(request.Scheme, StringComparison.OrdinalIgnoreCase)
            && uri.IdnHost.Trim('[', ']').Equals(request.Host.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase)
            && uri.Port == (request.Host.Port ?? DefaultPort(uri));

    private static int DefaultPort(Uri uri) => uri.Scheme == Uri.UriSchemeHttps ? 443 : 80;
}
