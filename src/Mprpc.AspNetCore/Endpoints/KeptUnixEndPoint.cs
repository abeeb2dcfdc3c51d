using System.Net;
using System.Net.Sockets;

namespace Mprpc.AspNetCore.Endpoints;

/// <summary>The address of a Unix socket whose file .NET does not remove when the socket is closed, as it does whatever is there by then.</summary>
internal sealed class KeptUnixEndPoint(UnixDomainSocketEndPoint inner) : EndPoint
{
    public override AddressFamily AddressFamily => AddressFamily.Unix;

    public override SocketAddress Serialize() => inner.Serialize();

    public override EndPoint Create(SocketAddress socketAddress) => inner.Create(socketAddress);

    public override string ToString() => inner.ToString();
}
