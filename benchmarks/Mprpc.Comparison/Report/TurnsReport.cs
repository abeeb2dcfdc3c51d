using Mprpc.Comparison.OneProcess;

namespace Mprpc.Comparison.Report;

/// <summary>This build by the other, both in one process.</summary>
internal static class TurnsReport
{
    public static string Summary(IReadOnlyList<TurnsResult> results)
    {
        var table = new MarkdownTable("scenario", "calls per second", "held", "CPU a call");
        foreach (TurnsResult result in results)
        {
            table.Add(result.Scenario.Title, $"{result.Rate}", PairReport.Verdict(result.Rate.Median), $"{result.Cpu}");
        }

        return $"## This build by the other, in one process\n\n{PairReport.Held} The number after +- is the standard error. Less CPU is better.\n\n{table}";
    }
}
