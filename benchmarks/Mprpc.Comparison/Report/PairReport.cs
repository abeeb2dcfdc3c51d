using Mprpc.Comparison.Peers;

namespace Mprpc.Comparison.Report;

/// <summary>This build beside the other one: the median of the pairs' ratios, the least and the most.</summary>
internal static class PairReport
{
    // What a change of the core may cost.
    private const double LeastRatio = 0.97;

    public static string Held => $"Held is a median of {LeastRatio} or more.";

    public static string Verdict(double ratio) => ratio >= LeastRatio ? "yes" : "NO";

    public static string Summary(IReadOnlyList<ScenarioResult> results)
    {
        var table = new MarkdownTable("scenario", "unit", "this", "other", "as good as", "held", "server CPU", "client CPU", "ratios");
        foreach (ScenarioResult result in results)
        {
            SystemResult? other = result.Systems.FirstOrDefault(system => system.System == OtherBuildPeer.OtherSystemName);
            Metric metric = result.Scenario.Headline;

            // Where less is better the ratio is turned round, so that more than 1 is better in every line.
            Spread? ratio = other is null || result.Mprpc is null ? null : metric.MoreIsBetter ? result.Mprpc.RatioTo(other, metric) : other.RatioTo(result.Mprpc, metric);
            table.Add(
                result.Scenario.Title,
                metric.Unit,
                MarkdownReport.Cell(result.Mprpc, metric),
                MarkdownReport.Cell(other, metric),
                MarkdownReport.Text(ratio),
                ratio is null ? "-" : Verdict(ratio.Value.Median),
                MarkdownReport.Ratio(result.Mprpc, other, Metric.ServerCpu),
                MarkdownReport.Ratio(result.Mprpc, other, Metric.ClientCpu),
                other is null || result.Mprpc is null ? "-" : $"{result.Mprpc.RatioCount(other, metric)}");
        }

        return $"## This build by the other\n\n{Held} CPU is a call's, this build's by the other's: less is better.\n\n{table}";
    }
}
