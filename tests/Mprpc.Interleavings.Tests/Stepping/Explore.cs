using System.Globalization;

namespace Mprpc.Interleavings.Tests.Stepping;

/// <summary>Runs a scenario under many schedules, and tells with which one it failed.</summary>
/// <remarks>
/// To run one schedule again, under a debugger for example, set MPRPC_SCHEDULE to what the failure named: a number is a seed, all else a list of steps. What is
/// looked for are orders of whole steps: that a processor may let a read pass an earlier write is not among them.
/// </remarks>
internal static class Explore
{
    private static readonly string? Replayed = Environment.GetEnvironmentVariable("MPRPC_SCHEDULE");

    /// <summary>Each schedule with at most so many interruptions.</summary>
    /// <returns>How many there were.</returns>
    public static int Each(Func<Scenario> make, int preemptions = 2)
    {
        if (Replayed is not null)
        {
            Run(make, new ReplayedSchedule(Replayed), () => Replayed);
            return 1;
        }

        var schedule = new EachSchedule(preemptions);
        int count = 0;

        do
        {
            Run(make, schedule, () => schedule.Name);
            count++;
        }
        while (schedule.TryNext());

        return count;
    }

    /// <summary>Schedules of seeds from 1 on.</summary>
    public static void Random(Func<Scenario> make, int schedules = 3_000)
    {
        bool isReplay = int.TryParse(Replayed, CultureInfo.InvariantCulture, out int seed);

        for (int next = isReplay ? seed : 1; next <= (isReplay ? seed : schedules); next++)
        {
            Run(make, new RandomSchedule(next), () => next.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void Run(Func<Scenario> make, IStrategy strategy, Func<string> name)
    {
        CachedCalls.Clear();
        Scenario scenario = make();
        var run = new ScheduledRun(strategy);
        run.Execute(scenario.Threads);
        Exception? failure = run.Failure;

        try
        {
            if (failure is null)
            {
                scenario.Check();
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        if (failure is not null)
        {
            throw new InvalidOperationException($"Under the schedule MPRPC_SCHEDULE=\"{name()}\": {failure.Message}", failure);
        }
    }
}
