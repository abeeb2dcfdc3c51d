using System.Globalization;

namespace Mprpc.Sockets;

/// <summary>What of the sockets is set for the whole process, in <c>runtimeconfig.template.json</c> or by <see cref="AppContext"/> before the first connection (docs/performance.md).</summary>
internal static class SocketSettings
{
    private const int DefaultMaxSpin = 50;

    /// <summary><c>Mprpc.Sockets.UsePoller</c>, true by default; false: .NET's own asynchronous sockets are used on Linux too.</summary>
    public static bool UsePoller => !AppContext.TryGetSwitch("Mprpc.Sockets.UsePoller", out bool isOn) || isOn;

    /// <summary><c>Mprpc.Sockets.MaxSpinMicroseconds</c>, 50 by default, 0 for never: how long the poller asks again before it sleeps.</summary>
    public static TimeSpan MaxSpin
        => TimeSpan.FromMicroseconds(
            int.TryParse(Convert.ToString(AppContext.GetData("Mprpc.Sockets.MaxSpinMicroseconds"), CultureInfo.InvariantCulture), CultureInfo.InvariantCulture, out int set) && set >= 0 ? set : DefaultMaxSpin);
}
