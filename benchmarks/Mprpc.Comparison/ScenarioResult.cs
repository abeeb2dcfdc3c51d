using Mprpc.Comparison.Peers;

namespace Mprpc.Comparison;

internal sealed record ScenarioResult(Scenario Scenario, IReadOnlyList<SystemResult> Systems)
{
    public SystemResult? Mprpc => Systems.FirstOrDefault(system => system.System == Peers.MprpcPeer.SystemName);

    public SystemResult? RawKestrel => Systems.FirstOrDefault(system => system.System == RawKestrelPeer.SystemName);

    /// <summary>The best of the RPC systems that is not Mprpc.</summary>
    public SystemResult? BestPeer
    {
        get
        {
            Metric metric = Scenario.Headline;
            IEnumerable<SystemResult> peers = Systems.Where(system => system != Mprpc && !system.IsLimit && system.Has(metric));
            return metric.MoreIsBetter
                ? peers.MaxBy(peer => peer.Of(metric).Median)
                : peers.MinBy(peer => peer.Of(metric).Median);
        }
    }
}
