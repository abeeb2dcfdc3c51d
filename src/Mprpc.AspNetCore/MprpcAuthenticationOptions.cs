using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Mprpc.AspNetCore;

/// <summary>
/// How peers log in with <c>$/authenticate</c>, and what they may before they have. Set in code, or in configuration under <c>Mprpc:Authentication</c>.
/// </summary>
/// <remarks>Zero and negative values are refused at start-up.</remarks>
public sealed class MprpcAuthenticationOptions
{
    private const string Bearer = "Bearer";

    private readonly Dictionary<string, Action<HttpRequest, string>> _presentations = new(StringComparer.Ordinal);

    /// <summary>
    /// The authentication schemes that a peer may name in <c>$/authenticate</c> besides the application's default scheme. Default none: over HTTP too it is not
    /// the caller who chooses the scheme, and who is known to one of these is a user to every <c>[Authorize]</c> that names no scheme.
    /// </summary>
    public IList<string> Schemes { get; } = [];

    /// <summary>
    /// How long a peer may take to log in where its endpoint requires it. Default 10 s (Kestrel's time for a TLS handshake);
    /// <see cref="Timeout.InfiniteTimeSpan"/>: for ever. Then its connection is closed.
    /// </summary>
    public TimeSpan LoginTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many logins of a connection may fail in all. Default 6 (OpenSSH's MaxAuthTries). The last is answered, then the connection is closed.
    /// </summary>
    public int MaxFailedLogins { get; set; } = 6;

    /// <summary>
    /// Largest message before the first login, in bytes, where the endpoint requires it. Default 32,768 (Kestrel's limit of a request's headers, which bounds
    /// tokens over HTTP). A larger one closes its connection.
    /// </summary>
    public int MaxMessageSizeBeforeLogin { get; set; } = 32 * 1024;

    /// <summary>
    /// How many calls of a connection may run at once before the first login, where the endpoint requires it. Default 1: what a peer sends behind its
    /// <c>$/authenticate</c> waits unread until that is answered, and is then the user's.
    /// </summary>
    public int MaxCallsInFlightBeforeLogin { get; set; } = 1;

    /// <summary>
    /// Sets how a token is put into the request that the scheme's handler looks at. Without this it is <c>Authorization: Bearer TOKEN</c>, as JwtBearer and
    /// most handlers of tokens read it.
    /// </summary>
    /// <param name="scheme">The authentication scheme.</param>
    /// <param name="present">Puts the token (the second argument) where the handler reads it: <c>(request, token) => request.Headers["X-Api-Key"] =
    /// token</c>.</param>
    /// <returns>These options.</returns>
    public MprpcAuthenticationOptions PresentToken(string scheme, Action<HttpRequest, string> present)
    {
        ArgumentException.ThrowIfNullOrEmpty(scheme);
        ArgumentNullException.ThrowIfNull(present);
        _presentations[scheme] = present;
        return this;
    }

    internal void Present(HttpRequest request, string scheme, string token)
    {
        if (_presentations.TryGetValue(scheme, out Action<HttpRequest, string>? present))
        {
            present(request, token);
        }
        else
        {
            request.Headers[HeaderNames.Authorization] = $"{Bearer} {token}";
        }
    }
}
