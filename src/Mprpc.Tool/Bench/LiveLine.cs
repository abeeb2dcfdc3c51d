using System.Globalization;
using HdrHistogram;
using Spectre.Console;

namespace Mprpc.Tool.Bench;

/// <summary>A line on the terminal that says how it goes while the calls run. Without a terminal there is none: in a file it would stand many times.</summary>
internal static class LiveLine
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(250);

    public static async Task ShowAsync(Load load, LoadPlan plan, Task running)
    {
        if (Console.IsErrorRedirected)
        {
            return;
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

        await console.Live(new Text("")).AutoClear(true).StartAsync(async line =>
        {
            while (!running.IsCompleted)
            {
                line.UpdateTarget(new Text(Describe(load, plan)));
                await Task.WhenAny(running, Task.Delay(_interval));
            }
        });
    }

    private static string Describe(Load load, LoadPlan plan)
    {
        (LongHistogram times, Dictionary<string, long> errors) = load.Total().Copy();
        TimeSpan measured = load.Measured;

        return measured <= TimeSpan.Zero || times.TotalCount == 0
            ? "warming up"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{measured.TotalSeconds:N0} of {plan.Duration.TotalSeconds:N0} s   {times.TotalCount / measured.TotalSeconds:N0} calls/s   "
                + $"p50 {TimeText.Of(times, 50)}   p99 {TimeText.Of(times, 99)}   errors {errors.Values.Sum():N0}");
    }
}
