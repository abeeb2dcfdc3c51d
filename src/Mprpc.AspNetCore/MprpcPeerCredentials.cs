namespace Mprpc.AspNetCore;

/// <summary>The names in the principal that <see cref="MprpcEndpointOptions.UsePeerCredentials"/> makes of a Unix socket's peer.</summary>
public static class MprpcPeerCredentials
{
    /// <summary>
    /// The authentication scheme, and the identity's authentication type: <c>UnixPeer</c>. Policies may name it as any scheme of the application's.
    /// </summary>
    public const string AuthenticationScheme = "UnixPeer";

    /// <summary>The claim with the effective user id in decimal, which is also the identity's name: <c>uid</c>.</summary>
    public const string UserIdClaimType = "uid";

    /// <summary>The claim with the effective group id in decimal: <c>gid</c>.</summary>
    public const string GroupIdClaimType = "gid";

    /// <summary>The claim with the process id in decimal: <c>pid</c>.</summary>
    public const string ProcessIdClaimType = "pid";
}
