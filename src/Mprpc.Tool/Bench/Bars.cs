using System.Globalization;
using HdrHistogram;
using HdrHistogram.Iteration;
using Mprpc.Tool.Output;

namespace Mprpc.Tool.Bench;

/// <summary>The histogram as bars: how many calls took how long, in steps of 1, 2, 5, 10.</summary>
internal static class Bars
{
    private const int Width = 50;
    private static readonly double[] _steps = [1, 2, 5];

    public static IEnumerable<string> Of(LongHistogram times)
    {
        var counts = new SortedDictionary<double, long>();

        foreach (HistogramIterationValue value in times.RecordedValues())
        {
            double limit = Limit(value.ValueIteratedTo / Measurement.UnitsOfAMillisecond);
            counts[limit] = counts.GetValueOrDefault(limit) + value.CountAddedInThisIterationStep;
        }

        long most = counts.Values.DefaultIfEmpty().Max();
        return TextTable.Lines(
        [
            .. counts.Select(row => new[]
            {
                $"  up to {TimeText.Of(row.Key)}",
                row.Value.ToString("N0", CultureInfo.InvariantCulture),
                new string('#', (int)Math.Ceiling((double)row.Value * Width / most)),
            }),
        ]);
    }

    /// <summary>The smallest of 1, 2, 5, 10, 20, ... that is not below the time.</summary>
    private static double Limit(double milliseconds)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(milliseconds)));
        double step = Array.Find(_steps, step => milliseconds <= step * power * 1.0000001);
        return step == 0 ? 10 * power : step * power;
    }
}
