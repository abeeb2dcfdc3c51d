using System.Text.Json;

namespace Mprpc.Comparison.Report;

internal static class JsonReport
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task WriteAsync(string file, IEnumerable<ScenarioResult> results)
    {
        await using FileStream stream = File.Create(file);
        await JsonSerializer.SerializeAsync(stream, results.SelectMany(Figures), Format);
    }

    private static IEnumerable<Figure> Figures(ScenarioResult result) =>
        from system in result.Systems
        from metric in Metric.All
        where system.Has(metric)
        let spread = system.Of(metric)
        select new Figure(result.Scenario.Title, system.System, metric.Name, spread.Median, spread.Min, spread.Max, metric.Unit);

    private sealed record Figure(string Scenario, string System, string Metric, double Median, double Min, double Max, string Unit);
}
