using System.Globalization;
using HdrHistogram;

namespace Mprpc.Tool.Bench;

/// <summary>Times with the unit that suits them.</summary>
internal static class TimeText
{
    public static string Of(LongHistogram times, double percentile) => Of(times.GetValueAtPercentile(percentile) / Measurement.UnitsOfAMillisecond);

    /// <param name="milliseconds">The time.</param>
    public static string Of(double milliseconds) => milliseconds switch
    {
        < 1 => Text(milliseconds * 1000, "µs"),
        < 1000 => Text(milliseconds, "ms"),
        _ => Text(milliseconds / 1000, "s"),
    };

    private static string Text(double value, string unit)
        => $"{value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "0", CultureInfo.InvariantCulture)} {unit}";
}
