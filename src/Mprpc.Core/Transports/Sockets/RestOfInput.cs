using System.Net.Sockets;

namespace Mprpc.Transports.Sockets;

/// <summary>
/// How much is still to be read when no more than what has come is to be: the system takes what a peer goes on to send, and one that never pauses would be read
/// for ever.
/// </summary>
internal struct RestOfInput
{
    private const long NotCounted = -1;

    private volatile bool _isCut;
    private long _left = NotCounted;    // for the thread that reads

    public RestOfInput()
    {
    }

    /// <summary>Reads no more than what has come; a read that waits ends. Safe while another thread reads.</summary>
    public void Cut(Socket socket)
    {
        _isCut = true;
        SocketEnd.TryShutdown(socket, SocketShutdown.Receive);
    }

    /// <summary>Counts what was read.</summary>
    /// <returns>Whether that was the last.</returns>
    public bool IsLast(Socket socket, int received)
    {
        if (!_isCut)
        {
            return false;
        }

        // The thread that reads counts by itself: to one that cuts, what was read but not counted yet would be missing.
        _left = _left == NotCounted ? Available(socket) : _left - received;
        return _left <= 0;
    }

    private static long Available(Socket socket)
    {
        try
        {
            return socket.Available;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return 0;       // Not connected any more.
        }
    }
}
