using System.Net;
using System.Net.Sockets;

namespace Mprpc.Comparison.Peers;

internal static class Dialler
{
    public static async Task<Socket> DialAsync(IPEndPoint server)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server);
        return socket;
    }
}
