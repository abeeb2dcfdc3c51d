using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mprpc.AspNetCore.Tests.Security.Kit;

/// <summary>An application's own scheme: the token says who it is for, as in <c>alice;role=admin;level=3;seconds=60</c>.</summary>
internal sealed class TokenHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string Name = "Token";
    public const string Throwing = "throws";
    private const string Prefix = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is not [{ } header, ..] || !header.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        string[] parts = header[Prefix.Length..].Split(';');

        if (parts[0] == Throwing)
        {
            throw new InvalidOperationException($"What a careless handler says: {header}");
        }

        if (parts[0] is not ("alice" or "bob"))
        {
            return Task.FromResult(AuthenticateResult.Fail($"What a careless handler says: {header}"));
        }

        var identity = new ClaimsIdentity(Scheme.Name);
        identity.AddClaim(new Claim(ClaimTypes.Name, parts[0]));
        var properties = new AuthenticationProperties();

        foreach (string[] claim in parts.Skip(1).Select(part => part.Split('=')))
        {
            if (claim[0] == "seconds")
            {
                properties.ExpiresUtc = TimeProvider.GetUtcNow() + TimeSpan.FromSeconds(int.Parse(claim[1], CultureInfo.InvariantCulture));
            }
            else
            {
                identity.AddClaim(new Claim(claim[0] == "role" ? ClaimTypes.Role : claim[0], claim[1]));
            }
        }

        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), properties, Scheme.Name)));
    }
}
