using System.Globalization;
using Mprpc.Comparison.Load;
using Mprpc.Comparison.Peers;
using Mprpc.Comparison.Roles;

namespace Mprpc.Comparison;

/// <summary>
/// One scenario with load: all systems are started and warmed up, then measured in turns, A B C A B C. Two builds are started anew for each pair, and go A B B
/// A.
/// </summary>
/// <param name="scenario">What is called.</param>
/// <param name="options">How often and how long.</param>
/// <param name="companion">A process that is busy on purpose; what it takes disturbs no window.</param>
internal sealed class LoadComparison(Scenario scenario, ComparisonOptions options, int? companion = null)
{
    private const double QuietShare = 0.10;

    public async Task<ScenarioResult> RunAsync()
    {
        Peer[] peers = [.. options.Systems.Where(peer => peer.Runs(scenario))];
        SystemResult[] results = [.. peers.Select(peer => new SystemResult(peer.Name, peer.IsLimit))];
        for (int start = 0; start < options.Starts; start++)
        {
            await RunOnceAsync(peers, results, start * options.RoundsOfStart);
        }

        return new ScenarioResult(scenario, results);
    }

    private async Task RunOnceAsync(Peer[] peers, SystemResult[] results, int roundsBefore)
    {
        var running = new List<(SystemUnderTest System, SystemResult Result)>();
        try
        {
            foreach ((Peer peer, SystemResult result) in peers.Zip(results).Where(entry => entry.Second.Failure is null))
            {
                await GuardAsync(result, async () =>
                {
                    SystemUnderTest system = await SystemUnderTest.StartAsync(peer, scenario);
                    running.Add((system, result));
                    await WarmUpAsync(system);
                });
            }

            for (int round = roundsBefore + 1; round <= roundsBefore + options.RoundsOfStart; round++)
            {
                foreach ((SystemUnderTest system, SystemResult result) in running.Where(entry => entry.Result.Failure is null))
                {
                    await GuardAsync(result, () => MeasureAsync(system, result, round));
                }

                if (options.OtherBuild is not null)
                {
                    running.Reverse();
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
        await SettleAsync(system);
    }

    private async Task MeasureAsync(SystemUnderTest system, SystemResult result, int number)
    {
        while (true)
        {
            MachineLoad machine = companion is { } busy ? MachineLoad.Watch(system.Server.Id, system.Client.Id, busy) : MachineLoad.Watch(system.Server.Id, system.Client.Id);
            ProcessUsage before = await system.Server.AskAsync<ProcessUsage>("usage");
            WindowReport report = await RunWindowAsync(system, options.Window);
            ProcessUsage after = await system.Server.AskAsync<ProcessUsage>("usage");
            double otherShare = machine.OtherShare();
            await SettleAsync(system);

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
        double rate = report.Calls / report.Seconds;
        double serverCpu = (serverAfter.CpuMicroseconds - serverBefore.CpuMicroseconds) / calls;
        double clientCpu = report.CpuMicroseconds / calls;
        double serverBytes = (serverAfter.AllocatedBytes - serverBefore.AllocatedBytes) / calls;
        double clientBytes = report.AllocatedBytes / calls;

        if (scenario.CountsItems)
        {
            return new Round(number, new Dictionary<Metric, double>
            {
                [scenario.IsOfItems ? Metric.ItemsPerSecond : Metric.DeliveriesPerSecond] = rate,
                [Metric.ServerCpuPerItem] = serverCpu,
                [Metric.ClientCpuPerItem] = clientCpu,
                [Metric.ServerBytesPerItem] = serverBytes,
                [Metric.ClientBytesPerItem] = clientBytes,
                [Metric.BytesPerItem] = Math.Max(serverBytes, clientBytes),
            });
        }

        var values = new Dictionary<Metric, double>
        {
            [Metric.CallsPerSecond] = rate,
            [Metric.P50] = report.P50,
            [Metric.P99] = report.P99,
            [Metric.ServerCpu] = serverCpu,
            [Metric.ClientCpu] = clientCpu,
            [Metric.ServerBytes] = serverBytes,
            [Metric.ClientBytes] = clientBytes,
        };
        if (scenario.Operation == Operation.Echo)
        {
            values[Metric.MegabytesPerSecond] = rate * Scenario.EchoBytes / 1e6;
        }
        else if (scenario.Operation == Operation.Cancel)
        {
            (values[Metric.CancelP50], values[Metric.CancelP99]) = (report.P50, report.P99);
        }
        else if (scenario.IsBeside)
        {
            (values[Metric.P99Alone], values[Metric.P99BesideRatio]) = (report.P99Alone, report.P99 / report.P99Alone);
        }

        return new Round(number, values);
    }

    // What is left of a system's window would disturb those of the others.
    private Task SettleAsync(SystemUnderTest system) =>
        scenario.IsBeyondCalls ? MachineLoad.SettleAsync(system.Server.Id, system.Client.Id) : Task.CompletedTask;

    private static Task<WindowReport> RunWindowAsync(SystemUnderTest system, TimeSpan window) =>
        system.Client.AskAsync<WindowReport>(((int)window.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
}
