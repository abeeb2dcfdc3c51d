using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using HdrHistogram;
using Mprpc.Tool.Output;

namespace Mprpc.Tool.Bench;

/// <summary>What was measured, as text and as JSON.</summary>
/// <param name="plan">The load.</param>
/// <param name="measured">How long it was measured.</param>
/// <param name="total">What was measured.</param>
internal sealed class LoadReport(LoadPlan plan, TimeSpan measured, Measurement total)
{
    private static readonly double[] _percentiles = [50, 75, 90, 99, 99.9, 99.99];

    private readonly LongHistogram _times = total.Copy().Times;
    private readonly Dictionary<string, long> _errors = total.Copy().Errors;

    private double Rate => _times.TotalCount / measured.TotalSeconds;

    public IEnumerable<string> Lines()
    {
        yield return Text($"{_times.TotalCount:N0} calls in {measured.TotalSeconds:N1} s: {Rate:N0} calls/s");
        yield return Text($"{plan.Connections} connections, {plan.InFlight} calls in flight on each")
            + (plan.Rate is { } rate ? Text($", {rate:N0} calls/s wanted; times count from when each call was due") : "");

        if (_times.TotalCount > 0)
        {
            yield return "";

            foreach (string line in TextTable.Lines(
                [
                    ["  mean", TimeText.Of(_times.GetMean() / Measurement.UnitsOfAMillisecond)],
                    .. _percentiles.Select(percentile => new[] { Text($"  p{percentile}"), TimeText.Of(_times, percentile) }),
                    ["  max", TimeText.Of(_times.GetMaxValue() / Measurement.UnitsOfAMillisecond)],
                ]))
            {
                yield return line;
            }

            yield return "";

            foreach (string line in Bars.Of(_times))
            {
                yield return line;
            }
        }

        if (_errors.Count > 0)
        {
            yield return "";
            yield return Text($"{_errors.Values.Sum():N0} errors:");

            foreach ((string message, long count) in _errors.OrderByDescending(error => error.Value))
            {
                yield return Text($"  {count:N0}  {message}");
            }
        }
    }

    public string Json()
    {
        using var buffer = new MemoryStream();

        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("connections", plan.Connections);
            json.WriteNumber("in_flight", plan.InFlight);
            json.WriteNumber("seconds", Math.Round(measured.TotalSeconds, 3));
            json.WriteNumber("calls", _times.TotalCount);
            json.WriteNumber("calls_per_second", Math.Round(Rate, 1));
            json.WriteStartObject("milliseconds");

            if (_times.TotalCount > 0)
            {
                json.WriteNumber("mean", Rounded(_times.GetMean()));

                foreach (double percentile in _percentiles)
                {
                    json.WriteNumber(Text($"p{percentile}"), Rounded(_times.GetValueAtPercentile(percentile)));
                }

                json.WriteNumber("max", Rounded(_times.GetMaxValue()));
            }

            json.WriteEndObject();
            json.WriteStartObject("errors");

            foreach ((string message, long count) in _errors)
            {
                json.WriteNumber(message, count);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static double Rounded(double units) => Math.Round(units / Measurement.UnitsOfAMillisecond, 4);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
