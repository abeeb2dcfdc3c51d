using System.Globalization;
using System.Text;

namespace Mprpc.AspNetCore;

/// <summary>Says what is wrong with limits.</summary>
/// <param name="format">Where a limit is set, for errors; <c>{0}</c> stands for its name.</param>
internal sealed class LimitsValidator(string format)
{
    private const int MostDepth = 1024;
    private const string Infinite = "Timeout.InfiniteTimeSpan (-00:00:00.001)";

    private readonly CompositeFormat _format = CompositeFormat.Parse(format);

    /// <returns>A message for each limit that is out of its range.</returns>
    public List<string> Validate(MprpcServerLimits limits)
    {
        List<string> failures = [];
        Check(failures, nameof(limits.MaxMessageSize), limits.MaxMessageSize, 1, Array.MaxLength);
        Check(failures, nameof(limits.MaxDepth), limits.MaxDepth, 2, MostDepth);
        Check(failures, nameof(limits.MaxCallsInFlightPerConnection), limits.MaxCallsInFlightPerConnection, 1, int.MaxValue);
        Check(failures, nameof(limits.MaxCallsInFlight), limits.MaxCallsInFlight, 1, int.MaxValue);
        Check(failures, nameof(limits.MinPartialMessageRate), limits.MinPartialMessageRate, 1, int.MaxValue);
        Check(failures, nameof(limits.PartialMessageTimeout), limits.PartialMessageTimeout, Infinite);
        Check(failures, nameof(limits.WriteTimeout), limits.WriteTimeout, Infinite);
        Check(failures, nameof(limits.HalfCloseTimeout), limits.HalfCloseTimeout, Infinite);
        Check(failures, nameof(limits.IdleTimeout), limits.IdleTimeout ?? Timeout.InfiniteTimeSpan, "null");
        Check(failures, nameof(limits.MaxConnections), limits.MaxConnections ?? int.MaxValue, 1, int.MaxValue);
        Check(failures, nameof(limits.TlsHandshakeTimeout), limits.TlsHandshakeTimeout, Infinite);
        return failures;
    }

    private void Check(List<string> failures, string limit, double value, int min, int max)
    {
        if (value < min || value > max)
        {
            failures.Add(string.Create(
                CultureInfo.InvariantCulture, $"{Place(limit)} is {value:N0}; allowed is {min:N0} to {max:N0}. Leave it out for the default."));
        }
    }

    private void Check(List<string> failures, string limit, TimeSpan value, string none)
    {
        if (value <= TimeSpan.Zero && value != Timeout.InfiniteTimeSpan)
        {
            failures.Add($"{Place(limit)} is {value}; allowed is any positive time, or {none} for no limit. Leave it out for the default.");
        }
    }

    private string Place(string limit) => string.Format(CultureInfo.InvariantCulture, _format, limit);
}
