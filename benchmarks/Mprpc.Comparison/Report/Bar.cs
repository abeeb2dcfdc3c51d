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
        new PeersBar("t1", ("signalr", 20), ("grpc", 12), ("streamjsonrpc-tuned", 4)),
        new RateBar("t3", null, 4),
        new RateBar("t4", null, 4),
        new RateBar("t5", null, 10),
        new MostBar("t6", 0.005),
        new LatencyBar("t7"),
        new LatencyBar("t7-999"),
        new PeersBar("t8", ("signalr", 2)),
        new PeersBar("t9", ("signalr", 6)),
        new MostBar("calls-t1", 2),
        new MostBar("calls-stalled", 1.1),
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

    /// <summary>The least ratios to single systems.</summary>
    private sealed record PeersBar(string Scenario, params (string System, double Least)[] Peers) : Bar(Scenario)
    {
        public override string? OfRawKestrel => null;

        public override string? OfBestPeer => string.Join(", ", Peers.Select(peer => string.Create(CultureInfo.InvariantCulture, $">= {peer.Least} {peer.System}")));

        public override bool? IsHeldBy(ScenarioResult result)
        {
            double?[] shares =
            [
                .. from peer in Peers
                   let system = result.Systems.FirstOrDefault(system => system.System == peer.System)
                   select Ratio(result.Mprpc, system, result.Scenario.Headline) / peer.Least,
            ];
            return shares.Any(share => share is null) ? null : shares.All(share => share >= 1);
        }
    }

    /// <summary>The most that a figure may be.</summary>
    private sealed record MostBar(string Scenario, double Most) : Bar(Scenario)
    {
        public override string? OfRawKestrel => null;

        public override string? OfBestPeer => string.Create(CultureInfo.InvariantCulture, $"itself <= {Most}");

        public override bool? IsHeldBy(ScenarioResult result)
        {
            Metric metric = result.Scenario.Headline;
            return result.Mprpc?.Has(metric) == true ? result.Mprpc.Of(metric).Median <= Most : null;
        }
    }

    /// <summary>No longer than the best of the peers.</summary>
    private sealed record LatencyBar(string Scenario) : Bar(Scenario)
    {
        public override string? OfRawKestrel => null;

        public override string? OfBestPeer => "<= 1";

        public override bool? IsHeldBy(ScenarioResult result) => Ratio(result.Mprpc, result.BestPeer, result.Scenario.Headline) is { } ratio ? ratio <= 1 : null;
    }

    private static double? Ratio(SystemResult? mprpc, SystemResult? other, Metric metric) =>
        mprpc is null || other is null ? null : mprpc.RatioTo(other, metric)?.Median;
}
