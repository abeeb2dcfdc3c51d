using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Claims;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Mprpc.AspNetCore.Security;

/// <summary>The process at the other end of a Unix domain socket, as Linux tells it (SO_PEERCRED, unix(7)).</summary>
internal sealed class PeerCredentials(uint userId, uint groupId, int processId) : IMprpcPeerCredentialsFeature
{
    // <asm-generic/socket.h>, as on x86-64 and arm64.
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    public uint UserId => userId;

    public uint GroupId => groupId;

    public int ProcessId => processId;

    /// <summary>The peer's credentials, or null where the transport or the system has none.</summary>
    public static PeerCredentials? Find(IFeatureCollection features)
        => features.Get<IConnectionSocketFeature>()?.Socket is { AddressFamily: AddressFamily.Unix } socket ? Read(socket) : null;

    public ClaimsPrincipal ToPrincipal() => new(new ClaimsIdentity(
        [
            new Claim(MprpcPeerCredentials.UserIdClaimType, userId.ToString(CultureInfo.InvariantCulture), ClaimValueTypes.UInteger32),
            new Claim(MprpcPeerCredentials.GroupIdClaimType, groupId.ToString(CultureInfo.InvariantCulture), ClaimValueTypes.UInteger32),
            new Claim(MprpcPeerCredentials.ProcessIdClaimType, processId.ToString(CultureInfo.InvariantCulture), ClaimValueTypes.Integer32),
        ],
        MprpcPeerCredentials.AuthenticationScheme,
        MprpcPeerCredentials.UserIdClaimType,
        ClaimTypes.Role));

    /// <summary>The credentials of a Unix socket's peer, or null where the system has none.</summary>
    public static PeerCredentials? Read(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // struct ucred { pid_t pid; uid_t uid; gid_t gid; }, 32 bits each.
        Span<byte> credentials = stackalloc byte[3 * sizeof(uint)];

        try
        {
            if (socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials) < credentials.Length)
            {
                return null;
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return null;
        }

        ReadOnlySpan<uint> values = MemoryMarshal.Cast<byte, uint>(credentials);
        return new PeerCredentials(values[1], values[2], (int)values[0]);
    }
}
