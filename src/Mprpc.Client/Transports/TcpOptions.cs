using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Mprpc.Client.Transports;

/// <summary>What .NET's sockets have no name for.</summary>
internal static class TcpOptions
{
    // Linux, netinet/tcp.h.
    private const int Tcp = 6;
    private const int Info = 11;
    private const int UserTimeout = 18;

    // struct tcp_info: packets that were sent and are not acknowledged, and bytes that are not sent.
    private const int Unacknowledged = 24;
    private const int NotSent = 144;
    private const int InfoLength = NotSent + sizeof(int);

    /// <summary>
    /// Ends the connection when what was sent is not acknowledged for so long: while there is such, keep-alive asks nothing, and the system would go on sending
    /// for a quarter of an hour. Only on Linux.
    /// </summary>
    public static void SetUserTimeout(Socket socket, TimeSpan timeout)
    {
        if (OperatingSystem.IsLinux())
        {
            int milliseconds = (int)Math.Min(timeout.TotalMilliseconds, int.MaxValue);
            socket.SetRawSocketOption(Tcp, UserTimeout, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in milliseconds)));
        }
    }

    /// <summary>Whether not all that was sent has arrived at the peer's system; false where that cannot be found out.</summary>
    public static bool HasUnacknowledged(Socket socket)
    {
        if (!OperatingSystem.IsLinux() || socket.ProtocolType != ProtocolType.Tcp)
        {
            return false;
        }

        try
        {
            Span<byte> info = stackalloc byte[InfoLength];
            int length = socket.GetRawSocketOption(Tcp, Info, info);
            return length >= InfoLength && (Number(info[Unacknowledged..]) != 0 || Number(info[NotSent..]) != 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;       // closed meanwhile
        }
    }

    /// <summary>Closes the socket with a reset.</summary>
    public static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed meanwhile.
        }

        socket.Dispose();
    }

    private static int Number(ReadOnlySpan<byte> bytes)
        => BitConverter.IsLittleEndian ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : BinaryPrimitives.ReadInt32BigEndian(bytes);
}
