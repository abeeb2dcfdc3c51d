using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace Mprpc.Comparison.Report;

/// <summary>The tables: one a scenario, and one of the ratios that Mprpc is held to.</summary>
internal static class MarkdownReport
{
    private const string None = "-";

    public static string Document(IReadOnlyList<ScenarioResult> results, ComparisonOptions options)
    {
        var text = new StringBuilder("# Mprpc beside its peers\n\n");
        text.AppendLine(CultureInfo.InvariantCulture, $"Commit {Commit()}. {Machine()}. {(options.Quick ? "Quick run: rough figures" : "Full run")}: {options.Sampling}.");
        text.AppendLine("Figures are medians, with the least and the most. Ratios are taken round by round, between windows that ran beside each other. CPU and allocated bytes are a call's, or an item's.");
        text.AppendLine();
        text.AppendLine(options.OtherBuild is null ? Summary(results) : PairReport.Summary(results));
        foreach (ScenarioResult result in results)
        {
            text.AppendLine(Table(result));
        }

        return text.ToString();
    }

    public static string Table(ScenarioResult result)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"## {result.Scenario.Title}: {result.Scenario.Description}").AppendLine();
        text.Append(result.Scenario.Operation == Operation.Idle ? IdleTable(result) : LoadTable(result));
        foreach (SystemResult system in result.Systems)
        {
            if (system.Failure is not null)
            {
                text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{system.System} failed: {system.Failure}");
            }
        }

        int dropped = result.Systems.Sum(system => system.Dropped);
        if (dropped > 0)
        {
            string[] disturbed = [.. result.Systems.Where(system => system.IsDisturbed).Select(system => system.System)];
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"{dropped} windows dropped: other processes took over 10 % of the machine.");
            text.AppendLine(disturbed.Length > 0 ? $" Too few were quiet for {string.Join(", ", disturbed)}: theirs count all the same." : "");
        }

        return text.ToString();
    }

    /// <summary>Mprpc against the limit and the best of the peers, beside what is promised.</summary>
    public static string Summary(IReadOnlyList<ScenarioResult> results)
    {
        var table = new MarkdownTable("scenario", "mprpc", "/ raw-kestrel", "bar", "/ best peer", "bar", "best peer", "held");
        foreach (ScenarioResult result in results)
        {
            Metric metric = result.Scenario.Headline;
            SystemResult? best = result.BestPeer;
            Bar? bar = Bar.Of(result.Scenario);
            table.Add(
                result.Scenario.Title,
                Cell(result.Mprpc, metric),
                Ratio(result.Mprpc, result.RawKestrel, metric),
                bar?.OfRawKestrel ?? None,
                Ratio(result.Mprpc, best, metric),
                bar?.OfBestPeer ?? None,
                best is null ? None : $"{best.System} {Cell(best, metric)}",
                bar?.IsHeldBy(result) switch { true => "yes", false => "NO", null => None });
        }

        return $"## Ratios\n\n{table}";
    }

    private static string LoadTable(ScenarioResult result)
    {
        Metric rate = result.Scenario.Headline;
        Metric[] further = result.Scenario switch
        {
            { CountsItems: true } =>
                [Metric.ServerCpuPerItem, Metric.ClientCpuPerItem, Metric.ServerBytesPerItem, Metric.ClientBytesPerItem],
            { IsBeside: true } => [Metric.P99, Metric.P99Alone, Metric.CallsPerSecond],
            { Operation: Operation.Cancel } => [Metric.CancelP50, Metric.CallsPerSecond],
            _ => [Metric.P50, Metric.P99, Metric.ServerCpu, Metric.ClientCpu, Metric.ServerBytes, Metric.ClientBytes],
        };
        var table = new MarkdownTable(["system", rate.Unit, "least", "most", "mprpc / it", .. further.Select(Title)]);
        foreach (SystemResult system in result.Systems)
        {
            Spread? spread = system.Has(rate) ? system.Of(rate) : null;
            table.Add([
                system.System,
                Number(spread?.Median),
                Number(spread?.Min),
                Number(spread?.Max),
                Ratio(result.Mprpc, system, rate),
                .. further.Select(metric => Cell(system, metric)),
            ]);
        }

        return table.ToString();
    }

    private static string Title(Metric metric) => metric switch
    {
        _ when metric == Metric.P50 || metric == Metric.CancelP50 => "p50 us",
        _ when metric == Metric.P99 => "p99 us",
        _ when metric == Metric.P99Alone => "p99 alone us",
        _ when metric == Metric.ServerCpu || metric == Metric.ServerCpuPerItem => "server CPU us",
        _ when metric == Metric.ClientCpu || metric == Metric.ClientCpuPerItem => "client CPU us",
        _ when metric == Metric.ServerBytes || metric == Metric.ServerBytesPerItem => "server B",
        _ when metric == Metric.ClientBytes || metric == Metric.ClientBytesPerItem => "client B",
        _ => metric.Unit,
    };

    private static string IdleTable(ScenarioResult result)
    {
        Metric metric = Metric.BytesPerIdleConnection;
        var table = new MarkdownTable("system", "B a connection", "least", "most", "mprpc / it");
        foreach (SystemResult system in result.Systems)
        {
            Spread? spread = system.Has(metric) ? system.Of(metric) : null;
            table.Add(system.System, Number(spread?.Median), Number(spread?.Min), Number(spread?.Max), Ratio(result.Mprpc, system, metric));
        }

        return table.ToString();
    }

    internal static string Cell(SystemResult? system, Metric metric) => system?.Has(metric) == true ? Number(system.Of(metric).Median) : None;

    private static string Number(double? value) => value switch
    {
        null => None,
        >= 100 => value.Value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("N1", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("N2", CultureInfo.InvariantCulture),
    };

    internal static string Ratio(SystemResult? mprpc, SystemResult? other, Metric metric) =>
        Text(mprpc is null || other is null || mprpc == other ? null : mprpc.RatioTo(other, metric));

    internal static string Text(Spread? ratio) =>
        ratio is not { } spread ? None : string.Create(CultureInfo.InvariantCulture, $"{spread.Median:N2} ({spread.Min:N2} to {spread.Max:N2})");

    private static string Commit()
    {
        // The SDK appends the commit to the version: 0.1.0+53ecbe3...
        string version = typeof(MarkdownReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        string[] parts = version.Split('+');
        return parts.Length == 2 ? parts[1][..Math.Min(10, parts[1].Length)] : "unknown";
    }

    private static string Machine()
    {
        string processor = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? ""
            : "";
        return $"{processor} x {Environment.ProcessorCount}, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";
    }
}
