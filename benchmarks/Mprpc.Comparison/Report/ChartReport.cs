using ScottPlot;
using ScottPlot.TickGenerators;

namespace Mprpc.Comparison.Report;

/// <summary>Calls per second, a group of bars a scenario, on a logarithmic axis.</summary>
internal static class ChartReport
{
    private static readonly string[] Palette = ["#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#7f7f7f", "#bcbd22"];

    public static void Write(string file, IReadOnlyList<ScenarioResult> results)
    {
        ScenarioResult[] shown = [.. results.Where(result => result.Systems.Any(system => system.Has(Metric.CallsPerSecond)))];
        if (shown.Length == 0)
        {
            return;
        }

        string[] systems = [.. shown.SelectMany(result => result.Systems).Select(system => system.System).Distinct()];
        using var plot = new Plot();
        double width = 0.8 / systems.Length;
        for (int group = 0; group < shown.Length; group++)
        {
            foreach (SystemResult system in shown[group].Systems.Where(system => system.Has(Metric.CallsPerSecond)))
            {
                int index = Array.IndexOf(systems, system.System);
                plot.Add.Bar(new ScottPlot.Bar
                {
                    Position = group + (index - (systems.Length - 1) / 2.0) * width,
                    Value = Math.Log10(system.Of(Metric.CallsPerSecond).Median),
                    Size = width,
                    FillColor = Color.FromHex(Palette[index % Palette.Length]),
                    LineWidth = 0,
                });
            }
        }

        plot.Axes.Bottom.TickGenerator = new NumericManual(
            [.. shown.Select((_, group) => (double)group)],
            [.. shown.Select(result => result.Scenario.Title)]);
        plot.Axes.Left.TickGenerator = new NumericManual(
            [3, 4, 5, 6, 7, 8],
            ["1 k", "10 k", "100 k", "1 M", "10 M", "100 M"]);
        plot.Title("Calls per second, logarithmic");
        plot.Axes.SetLimits(-0.6, shown.Length - 0.4, 3, 8);
        plot.ShowLegend([.. systems.Select((system, index) => new LegendItem { LabelText = system, FillColor = Color.FromHex(Palette[index % Palette.Length]) })], Alignment.UpperRight);
        plot.SavePng(file, 1200, 600);
    }
}
