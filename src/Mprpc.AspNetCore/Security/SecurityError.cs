using Mprpc.Wire;

namespace Mprpc.AspNetCore.Security;

/// <summary>What a caller is told that may not (docs/protocol.md 10.3). The texts name no method where the endpoint tells strangers nothing.</summary>
internal static class SecurityError
{
    private const string Refused = "The credential was refused.";

    public static RpcError Unauthenticated(Caller caller) => new(
        RpcErrorKind.Handler,
        caller.HasExpired ? "The login has expired. Log in again." : "Log in first.",
        ErrorCode.Unauthenticated);

    public static RpcError Forbidden(string method) => new(RpcErrorKind.Handler, $"Method '{method}' is not for this user.", ErrorCode.Forbidden);

    /// <summary>Of a method that is not there, and of one that is not for the caller, where the two are not to be told apart.</summary>
    public static RpcError ForbiddenOrUnknown { get; } = new(RpcErrorKind.Handler, "There is no such method, or it is not for this user.", ErrorCode.Forbidden);

    /// <summary>Of a call with a credential, whatever method it names.</summary>
    public static RpcError CredentialRefused { get; } = new(RpcErrorKind.Handler, Refused, ErrorCode.Unauthenticated);

    public static MprpcException LoginRefused() => new(Refused, ErrorCode.Unauthenticated);

    public static MprpcException TooManyLogins() => new("Too many logins have failed, or are under way.", ErrorCode.Unauthenticated);
}
