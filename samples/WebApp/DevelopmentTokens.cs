using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace WebApp;

/// <summary>Issues tokens to whoever asks, signed with a key that lives as long as the process: an identity provider's place in development.</summary>
public class DevelopmentTokens(TimeProvider clock)
{
    private const string Name = "samples/WebApp";
    private const string NameClaim = "name";
    private const string RoleClaim = "role";

    private readonly SymmetricSecurityKey _key = new(RandomNumberGenerator.GetBytes(32));

    /// <summary>How the tokens are checked, over HTTP and MessagePack-RPC alike.</summary>
    public TokenValidationParameters Validation => new()
    {
        ValidIssuer = Name,
        ValidAudience = Name,
        IssuerSigningKey = _key,
        NameClaimType = NameClaim,
        RoleClaimType = RoleClaim,
    };

    /// <summary>A token for an hour; the user admin has the role admin.</summary>
    public string Issue(string user)
    {
        List<Claim> claims = [new(NameClaim, user)];

        if (user == "admin")
        {
            claims.Add(new Claim(RoleClaim, "admin"));
        }

        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Name,
            Audience = Name,
            Subject = new ClaimsIdentity(claims),
            Expires = clock.GetUtcNow().UtcDateTime.AddHours(1),
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.HmacSha256),
        });
    }
}
