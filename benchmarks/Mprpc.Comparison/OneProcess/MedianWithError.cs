using System.Globalization;

namespace Mprpc.Comparison.OneProcess;

/// <summary>The median of many values, and its standard error as far as the middle half of them tells it.</summary>
internal readonly record struct MedianWithError(double Median, double Error)
{
    // Of a normal distribution: its quartiles are 1.35 deviations apart, and its median scatters 1.25 times as its mean does.
    private const double QuartilesApart = 1.35;
    private const double MedianByMean = 1.25;

    public static MedianWithError Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        double quartiles = sorted[sorted.Length * 3 / 4] - sorted[sorted.Length / 4];
        return new MedianWithError(Spread.Of(sorted).Median, MedianByMean * quartiles / QuartilesApart / Math.Sqrt(sorted.Length));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Median:F3} +- {Error:F3}");
}
