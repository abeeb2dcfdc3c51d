using System.Globalization;
using Mprpc.Comparison.Load;
using Mprpc.Comparison.Peers;
using Mprpc.Comparison.Roles;

namespace Mprpc.Comparison;

/// <summary>One scenario with load: all systems are started and warmed up, then measured in turns, A B C A B C.</summary>
internal sealed class LoadComparison(Scenario scenario, ComparisonOptions options)
{
    private const double QuietShare = 0.10;

    public async Task<ScenarioResult> RunAsync()
    {
        var results = new List<SystemResult>();
        var running = new List<(SystemUnderTest System, SystemResult Result)>();
        try
        {
            foreach (Peer peer in options.Systems.Where(peer => peer.Runs(scenario)))
            {
                var result = new SystemResult(peer.Name, peer.IsLimit);
                results.Add(result);
                await GuardAsync(result, async () =>
                {
                    SystemUnderTest system = await SystemUnderTest.StartAsync(peer, scenario);
                    running.Add((system, result));
                    await WarmUpAsync(system);
                });
            }

            for (int round = 1; round <= options.Rounds; round++)
            {
                foreach ((SystemUnderTest system, SystemResult result) in running.Where(entry => entry.Result.Failure is null))
                {
                    await GuardAsync(result, () => MeasureAsync(system, result, round));
                }
            }
        }
        finally
        {
            foreach ((SystemUnderTest system, _) in running)
            {
                await system.DisposeAsync();
            }
        }

        return new ScenarioResult(scenario, results);
    }

    // A system that fails is a line of the table; the others go on.
    private static async Task GuardAsync(SystemResult result, Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception exception)
        {
            result.Failure = exception.Message;
        }
    }

    // The questions too: what serialising the first answer costs is no call's.
    private async Task WarmUpAsync(SystemUnderTest system)
    {
        await system.Server.AskAsync<ProcessUsage>("usage");
        await RunWindowAsync(system, options.WarmUp);
    }

    private async Task MeasureAsync(SystemUnderTest system, SystemResult result, int number)
    {
        while (true)
        {
            MachineLoad machine = MachineLoad.Watch(system.Server.Id, system.Client.Id);
            ProcessUsage before = await system.Server.AskAsync<ProcessUsage>("usage");
            WindowReport report = await RunWindowAsync(system, options.Window);
            ProcessUsage after = await system.Server.AskAsync<ProcessUsage>("usage");
            double otherShare = machine.OtherShare();

            Round round = ToRound(number, report, before, after);
            if (otherShare <= QuietShare)
            {
                result.Keep(round);
                return;
            }

            result.Drop(round);
            if (result.Dropped > options.Repeats)
            {
                return;
            }
        }
    }

    private Round ToRound(int number, WindowReport report, ProcessUsage serverBefore, ProcessUsage serverAfter)
    {
        double calls = Math.Max(1, report.Calls);
        var values = new Dictionary<Metric, double>
        {
            [Metric.CallsPerSecond] = report.Calls / report.Seconds,
            [Metric.P50] = report.P50,
            [Metric.P99] = report.P99,
            [Metric.ServerCpu] = (serverAfter.CpuMicroseconds - serverBefore.CpuMicroseconds) / calls,
            [Metric.ClientCpu] = report.CpuMicroseconds / calls,
            [Metric.ServerBytes] = (serverAfter.AllocatedBytes - serverBefore.AllocatedBytes) / calls,
            [Metric.ClientBytes] = report.AllocatedBytes / calls,
        };
        if (scenario.Operation == Operation.Echo)
        {
            values[Metric.MegabytesPerSecond] = report.Calls * (double)Scenario.EchoBytes / report.Seconds / 1e6;
        }

        return new Round(number, values);
    }

    private static Task<WindowReport> RunWindowAsync(SystemUnderTest system, TimeSpan window) =>
        system.Client.AskAsync<WindowReport>(((int)window.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
}
