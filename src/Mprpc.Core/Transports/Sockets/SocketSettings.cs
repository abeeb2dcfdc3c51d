using System.Globalization;
using System.Net.Sockets;

namespace Mprpc.Transports.Sockets;

/// <summary>
/// What of the sockets is set for the whole process, in <c>runtimeconfig.template.json</c> or by <see cref="AppContext"/> before the first connection
/// (docs/performance.md).
/// </summary>
internal static class SocketSettings
{
    private const int DefaultMaxSpin = 50;

    // For tests (docs/reliability.md), so by the environment, which whole suites and the processes that they start inherit.
    private static readonly int s_bufferBytes =
        int.TryParse(Environment.GetEnvironmentVariable("MPRPC_TEST_SOCKET_BUFFERS"), CultureInfo.InvariantCulture, out int bytes) ? bytes : 0;

    /// <summary>The faults that tests inject: see <see cref="SocketFaults"/>.</summary>
    public static string? Faults { get; } = Environment.GetEnvironmentVariable("MPRPC_TEST_SOCKET_FAULTS");

    /// <summary><c>Mprpc.Sockets.UsePoller</c>, true by default; false: .NET's own asynchronous sockets are used on Linux too.</summary>
    public static bool UsePoller => !AppContext.TryGetSwitch("Mprpc.Sockets.UsePoller", out bool isOn) || isOn;

    /// <summary><c>Mprpc.Sockets.MaxSpinMicroseconds</c>, 50 by default, 0 for never: how long the poller asks again before it sleeps.</summary>
    public static TimeSpan MaxSpin
    {
        get
        {
            string? text = Convert.ToString(AppContext.GetData("Mprpc.Sockets.MaxSpinMicroseconds"), CultureInfo.InvariantCulture);
            return TimeSpan.FromMicroseconds(int.TryParse(text, CultureInfo.InvariantCulture, out int set) && set >= 0 ? set : DefaultMaxSpin);
        }
    }

    /// <summary>
    /// Makes the system's buffers as small as tests ask for; it does nothing else. For TCP before the socket connects or listens: a peer that was promised more
    /// room sends more, which Linux drops, and sends it again only after a while.
    /// </summary>
    public static void Apply(Socket socket)
    {
        if (s_bufferBytes > 0)
        {
            socket.SendBufferSize = s_bufferBytes;
            socket.ReceiveBufferSize = s_bufferBytes;
        }
    }
}
