using System.Globalization;
using Mprpc.Comparison.Peers;
using Mprpc.Comparison.Roles;

namespace Mprpc.Comparison;

/// <summary>
/// What a server's heap holds for a connection that waits. Every round has new processes; the rest of a server's memory is there before the count begins.
/// </summary>
internal sealed class IdleComparison(Scenario scenario, ComparisonOptions options)
{
    private const int FirstConnections = 100;

    // A connection that has just been used is not idle yet: some systems keep what its next call may need.
    private static readonly TimeSpan s_untilIdle = TimeSpan.FromSeconds(3);

    public async Task<ScenarioResult> RunAsync()
    {
        Peer[] peers = [.. options.Systems.Where(peer => peer.Runs(scenario))];
        SystemResult[] results = [.. peers.Select(peer => new SystemResult(peer.Name, peer.IsLimit))];
        for (int round = 1; round <= options.IdleRounds; round++)
        {
            for (int i = 0; i < peers.Length; i++)
            {
                if (results[i].Failure is not null)
                {
                    continue;
                }

                try
                {
                    double bytes = await MeasureAsync(peers[i]);
                    results[i].Keep(new Round(round, new Dictionary<Metric, double> { [Metric.BytesPerIdleConnection] = bytes }));
                }
                catch (Exception exception)
                {
                    results[i].Failure = exception.Message;
                }
            }
        }

        return new ScenarioResult(scenario, results);
    }

    private async Task<double> MeasureAsync(Peer peer)
    {
        await using SystemUnderTest system = await SystemUnderTest.StartAsync(peer, scenario);
        await OpenAsync(system, FirstConnections);
        await Task.Delay(s_untilIdle);
        long before = await system.Server.AskAsync<long>("heap");
        await OpenAsync(system, scenario.Connections);
        await Task.Delay(s_untilIdle);
        long after = await system.Server.AskAsync<long>("heap");
        return (after - before) / (double)scenario.Connections;
    }

    private static Task<int> OpenAsync(SystemUnderTest system, int connections) =>
        system.Client.AskAsync<int>(connections.ToString(CultureInfo.InvariantCulture));
}
