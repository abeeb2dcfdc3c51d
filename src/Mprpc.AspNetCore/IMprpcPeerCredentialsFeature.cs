namespace Mprpc.AspNetCore;

/// <summary>Which process is at the other end of a Unix domain socket, as the kernel tells it; get it from <see cref="MprpcConnection.Features"/>.</summary>
/// <remarks>
/// There on Linux, for connections that came over a Unix domain socket. The values are those of the moment when the peer connected: it cannot forge them, but
/// the process may have ended since, and its number may be another's. Safe for concurrent use.
/// </remarks>
public interface IMprpcPeerCredentialsFeature
{
    /// <summary>The effective user id of the peer's process (uid); 0 is root.</summary>
    uint UserId { get; }

    /// <summary>The effective group id of the peer's process (gid).</summary>
    uint GroupId { get; }

    /// <summary>The peer's process id (pid); 0 where it runs in a namespace whose processes this one cannot see.</summary>
    int ProcessId { get; }
}
