using System.Globalization;

namespace Mprpc.Comparison.Report;

/// <summary>What Mprpc is held to in a scenario, beside the limit and the best of the peers.</summary>
internal abstract record Bar(string Scenario)
{
    private static readonly IReadOnlyList<Bar> All =
    [
        new RateBar("s1", 0.8, 1.4),
        new RateBar("s2-64", 0.6, 6),
        new RateBar("s2-1024", null, 15),
        new RateBar("s3", 0.6, 8),
        new RateBar("s4", 0.7, 1.5),
        new RateBar("s5", null, 4),
        new RateBar("s6", null, 4),
        new MemoryBar("idle-2000"),
        new MemoryBar("idle-10000"),
    ];

    public abstract string? OfRawKestrel { get; }

    public abstract string? OfBestPeer { get; }

    public static Bar? Of(Scenario scenario) => All.FirstOrDefault(bar => bar.Scenario == scenario.Title);

    /// <returns>Null where the systems that it takes were not measured.</returns>
    public abstract bool? IsHeldBy(ScenarioResult result);

    /// <summary>The least ratios of the headline rate.</summary>
    private sealed record RateBar(string Scenario, double? LeastOfRaw, double? LeastOfPeers) : Bar(Scenario)
    {
        public override string? OfRawKestrel => Text(LeastOfRaw);

        public override string? OfBestPeer => Text(LeastOfPeers);

        public override bool? IsHeldBy(ScenarioResult result)
        {
            Metric metric = result.Scenario.Headline;
            double? ofRaw = LeastOfRaw is null ? double.MaxValue : Ratio(result.Mprpc, result.RawKestrel, metric);
            double? ofPeers = LeastOfPeers is null ? double.MaxValue : Ratio(result.Mprpc, result.BestPeer, metric);
            return ofRaw is null || ofPeers is null ? null : ofRaw >= (LeastOfRaw ?? 0) && ofPeers >= (LeastOfPeers ?? 0);
        }

        private static string? Text(double? ratio) => ratio is null ? null : string.Create(CultureInfo.InvariantCulture, $">= {ratio}");
    }

    /// <summary>The most memory of a connection: little more than Kestrel's own, and less than any peer's.</summary>
    private sealed record MemoryBar(string Scenario) : Bar(Scenario)
    {
        private const double BytesOverRaw = 2048;

        public override string? OfRawKestrel => "raw + 2 KiB";

        public override string? OfBestPeer => "< 1";

        public override bool? IsHeldBy(ScenarioResult result)
        {
            Metric metric = result.Scenario.Headline;
            if (Ratio(result.Mprpc, result.BestPeer, metric) is not { } ofPeers || result.RawKestrel?.Has(metric) != true)
            {
                return null;
            }

            return ofPeers < 1 && result.Mprpc!.Of(metric).Median <= result.RawKestrel.Of(metric).Median + BytesOverRaw;
        }
    }

    private static double? Ratio(SystemResult? mprpc, SystemResult? other, Metric metric) =>
        mprpc is null || other is null ? null : mprpc.RatioTo(other, metric)?.Median;
}
