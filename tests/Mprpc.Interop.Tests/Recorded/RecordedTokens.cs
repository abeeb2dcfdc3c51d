using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mprpc.Interop.Tests.Recorded;

/// <summary>A scheme that knows alice, and root, who is an admin.</summary>
internal sealed class RecordedTokens(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string Name = "Token";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is not [{ } header, ..])
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        string user = header["Bearer ".Length..];

        if (user is not ("alice" or "root"))
        {
            return Task.FromResult(AuthenticateResult.Fail("unknown"));
        }

        var identity = new ClaimsIdentity([new(ClaimTypes.Name, user), new(ClaimTypes.Role, user == "root" ? "admin" : "user")], Name);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name)));
    }
}
