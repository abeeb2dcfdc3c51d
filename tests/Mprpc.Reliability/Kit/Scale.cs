using System.Globalization;

namespace Mprpc.Reliability.Kit;

/// <summary>How much a test does: enough to find a defect in continuous integration, the full count where MPRPC_RELIABILITY is "long".</summary>
internal static class Scale
{
    public static bool IsLong { get; } = string.Equals(Environment.GetEnvironmentVariable("MPRPC_RELIABILITY"), "long", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// How long the mixed load runs: five minutes in the long run, or as many as MPRPC_SOAK_MINUTES says; in the usual run just long enough to see that it
    /// works.
    /// </summary>
    public static TimeSpan Soak { get; } = double.TryParse(
        Environment.GetEnvironmentVariable("MPRPC_SOAK_MINUTES"), CultureInfo.InvariantCulture, out double minutes)
        ? TimeSpan.FromMinutes(minutes)
        : TimeSpan.FromSeconds(Of(10, 300));

    public static int Of(int usual, int full) => IsLong ? full : usual;
}
