using System.Globalization;
using System.Net.Sockets;

namespace Mprpc.Transports.Sockets;

/// <summary>
/// What a system may answer at any time and seldom does, injected for tests: short reads and sends, EAGAIN, EINTR, ECONNRESET (docs/reliability.md).
/// </summary>
/// <remarks>
/// On if the environment has MPRPC_TEST_SOCKET_FAULTS when the first socket is used, such as <c>short=3,again=5,interrupt=5,reset=2000</c>: one call of so
/// many. Else the readonly field lets the compiler take each branch out.
/// </remarks>
internal static class SocketFaults
{
    public static readonly bool AreOn = !string.IsNullOrEmpty(SocketSettings.Faults);

    private const int MaxShortBytes = 64;

    private static readonly int s_short = OneOf("short");
    private static readonly int s_again = OneOf("again");
    private static readonly int s_interrupt = OneOf("interrupt");
    private static readonly int s_reset = OneOf("reset");

    /// <summary>As recv.</summary>
    public static int Receive(Socket socket, Span<byte> buffer, bool isRefused, out SocketError error)
        => TryFail(socket, isRefused, out error) ? 0 : socket.Receive(buffer[..Cut(buffer.Length)], SocketFlags.None, out error);

    /// <summary>As send.</summary>
    public static int Send(Socket socket, ReadOnlySpan<byte> bytes, bool isRefused, out SocketError error)
        => TryFail(socket, isRefused, out error) ? 0 : socket.Send(bytes[..Cut(bytes.Length)], SocketFlags.None, out error);

    /// <summary>Whether epoll_wait ends by a signal.</summary>
    public static bool Interrupts() => Happens(s_interrupt);

    /// <summary>Whether a receive or a send has to be tried again when an event has come.</summary>
    public static bool Refuses() => Happens(s_again);

    private static bool TryFail(Socket socket, bool isRefused, out SocketError error)
    {
        if (Happens(s_reset))
        {
            // For the peer, too: a side that alone believes in a reset waits for nothing that a real one would not bring.
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            SocketEnd.TryShutdown(socket, SocketShutdown.Both);
            error = SocketError.ConnectionReset;
            return true;
        }

        error = isRefused ? SocketError.WouldBlock : SocketError.Success;
        return isRefused;
    }

    // Of few bytes, so that small messages are cut too.
    private static int Cut(int length) => length > 1 && Happens(s_short) ? Random.Shared.Next(1, Math.Min(length, MaxShortBytes)) : length;

    private static bool Happens(int oneOf) => oneOf > 0 && Random.Shared.Next(oneOf) == 0;

    private static int OneOf(string fault)
    {
        foreach (string part in (SocketSettings.Faults ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=') is [string name, string count] && name == fault)
            {
                return int.Parse(count, CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }
}
