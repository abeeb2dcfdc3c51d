using System.Net.Sockets;

namespace Mprpc.Transports.Sockets;

/// <summary>Ends the directions of a socket.</summary>
internal static class SocketEnd
{
    /// <summary>Shuts a socket down, as far as it is connected.</summary>
    public static void TryShutdown(Socket socket, SocketShutdown how)
    {
        try
        {
            socket.Shutdown(how);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Not connected any more.
        }
    }
}
