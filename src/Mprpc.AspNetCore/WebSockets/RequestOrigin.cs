using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace Mprpc.AspNetCore.WebSockets;

/// <summary>
/// Which pages may open a WebSocket. Browsers let any page try, and send the user's cookies with it: without this, every page could call as its visitor.
/// </summary>
internal static class RequestOrigin
{
    private const string Any = "*";

    /// <summary>
    /// Whether the request comes from no page, from one of the origins that the application names, or, where it names none, from the same origin.
    /// </summary>
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

    // RFC 6454: scheme, host and port. Whatever has more in it was sent by no browser, and what is no host has no pages.
    private static bool IsSame(HttpRequest request, string origin)
        => TryParse(origin, out Uri? page)
            && TryParse($"{request.Scheme}://{request.Host.Value}", out Uri? own)
            && page.Scheme == own.Scheme
            && page.IdnHost.Equals(own.IdnHost, StringComparison.OrdinalIgnoreCase)
            && page.Port == own.Port;

    private static bool TryParse(string text, [NotNullWhen(true)] out Uri? origin)
        => Uri.TryCreate(text, UriKind.Absolute, out origin) && origin.UserInfo.Length == 0 && origin.PathAndQuery == "/" && origin.Fragment.Length == 0;
}
