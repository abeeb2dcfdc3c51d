using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Mprpc.Connections;

namespace Mprpc.AspNetCore.Security;

/// <summary>
/// Who calls, as one login or a call's credential has found out. A further login makes another, so that what is kept here of verdicts never outlives it. Safe
/// for concurrent use.
/// </summary>
internal sealed class Caller : RpcCaller
{
    private const byte Allowed = 1;
    private const byte Refused = 2;

    private byte[] _verdicts = [];

    public Caller(ClaimsPrincipal? principal, string? scheme = null, DateTimeOffset? expires = null)
    {
        Principal = principal;
        Scheme = scheme;
        Expires = expires;
        IsAuthenticated = principal is not null && principal.Identities.Any(identity => identity.IsAuthenticated);
    }

    public static Caller Of(AuthenticationTicket ticket) => new(ticket.Principal, ticket.AuthenticationScheme, ticket.Properties.ExpiresUtc);

    public static Caller Anonymous() => new(principal: null);

    /// <summary>The caller after its credential's end.</summary>
    public static Caller Expired() => new(principal: null) { HasExpired = true };

    /// <inheritdoc/>
    public override ClaimsPrincipal? Principal { get; }

    /// <summary>The authentication scheme that knows the caller, or null.</summary>
    public string? Scheme { get; }

    public bool IsAuthenticated { get; }

    /// <summary>When its credential comes to its end; null: never.</summary>
    public DateTimeOffset? Expires { get; }

    /// <summary>Whether it is anonymous because its credential has come to its end.</summary>
    public bool HasExpired { get; private init; }

    /// <summary>Whether its credential has come to its end by now.</summary>
    public bool IsOver(TimeProvider clock) => Expires is { } expires && clock.GetUtcNow() >= expires;

    /// <summary>The verdict that was kept under this number; null: none was.</summary>
    public bool? FindVerdict(int number)
    {
        byte[] verdicts = Volatile.Read(ref _verdicts);
        return number >= verdicts.Length || verdicts[number] == 0 ? null : verdicts[number] == Allowed;
    }

    /// <summary>Keeps a verdict that cannot change while the caller is this one.</summary>
    public void KeepVerdict(int number, int count, bool isAllowed)
    {
        byte[] verdicts = _verdicts;

        if (verdicts.Length == 0)
        {
            verdicts = new byte[count];
            Volatile.Write(ref _verdicts, verdicts);    // of two at once the later wins: a lost verdict is found again
        }

        verdicts[number] = isAllowed ? Allowed : Refused;
    }
}
