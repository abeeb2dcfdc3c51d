using System.Diagnostics;
using Mprpc.Comparison.Roles;

namespace Mprpc.Comparison.OneProcess;

/// <summary>
/// Two builds in one process, in turns so short that both have the same machine: their ratio is told to a per cent where pairs of processes scatter by ten.
/// </summary>
/// <remarks>What it cannot tell is what comes from the process itself: its start, its heap, its threads beside those of the other side.</remarks>
internal sealed class OneProcessComparison(LoadedBuild ours, LoadedBuild other, int turns)
{
    private const int WarmUps = 3;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_window = TimeSpan.FromMilliseconds(40);

    // At the beginning of each window, uncounted: what the other build has left in the caches and queues.
    private static readonly TimeSpan s_leadIn = TimeSpan.FromMilliseconds(4);

    public async Task<TurnsResult> RunAsync(Scenario scenario)
    {
        await using ChildProcess? busy = scenario.HasBusyCore ? BusyCore.Start() : null;
        Func<TimeSpan, Task<long>>[] builds = [await ours.StartAsync(scenario), await other.StartAsync(scenario)];

        foreach (Func<TimeSpan, Task<long>> build in builds)
        {
            for (int i = 0; i < WarmUps; i++)
            {
                await build(s_warmUp);
            }
        }

        var rates = new List<double>(turns);
        var costs = new List<double>(turns);

        for (int turn = 0; turn < turns; turn++)
        {
            int first = turn % 2;
            Turn a = await MeasureAsync(builds[first]);
            Turn b = await MeasureAsync(builds[1 - first]);
            (Turn oursNow, Turn otherNow) = first == 0 ? (a, b) : (b, a);
            rates.Add(oursNow.Rate / otherNow.Rate);
            costs.Add(oursNow.Cpu / otherNow.Cpu);
        }

        return new TurnsResult(scenario, MedianWithError.Of(rates), MedianWithError.Of(costs));
    }

    private static async Task<Turn> MeasureAsync(Func<TimeSpan, Task<long>> build)
    {
        await build(s_leadIn);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        long calls = await build(s_window);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Turn(calls / seconds, (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / calls);
    }

    private readonly record struct Turn(double Rate, double Cpu);
}
