using System.Net.Sockets;

namespace Mprpc.Sockets;

/// <summary>How much is still to be read when no more than what has come is to be: the system takes what a peer goes on to send, and one that never pauses would be read for ever.</summary>
internal struct RestOfInput
{
    private const long All = long.MaxValue;

    private long _left = All;

    public RestOfInput()
    {
    }

    /// <summary>Reads no more than what has come; a read that waits ends.</summary>
    public void Cut(Socket socket)
    {
        try
        {
            Volatile.Write(ref _left, socket.Available);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return;     // Not connected any more.
        }

        SocketTransport.TryShutdown(socket, SocketShutdown.Receive);
    }

    /// <summary>Counts what was read.</summary>
    /// <returns>Whether that was the last.</returns>
    public bool IsLast(int received) => Volatile.Read(ref _left) != All && (_left -= received) <= 0;
}
