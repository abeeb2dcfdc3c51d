using System.Diagnostics;

namespace Mprpc.Comparison.Service;

/// <summary>A server's loops that call its client, each awaiting its answer and checking it.</summary>
internal static class AskBack
{
    private const int InFlight = 64;

    public static async Task<long> RunAsync(int milliseconds, Func<int, int, ValueTask<int>> sum)
    {
        long until = Stopwatch.GetTimestamp() + milliseconds * Stopwatch.Frequency / 1000;
        long[] calls = await Task.WhenAll(Enumerable.Range(0, InFlight).Select(number => LoopAsync(number, until, sum)));
        return calls.Sum();
    }

    private static async Task<long> LoopAsync(int number, long until, Func<int, int, ValueTask<int>> sum)
    {
        await Task.Yield();
        long calls = 0;

        // One of sixteen looks at the clock, as the client's loops do.
        while ((calls & 15) != 0 || Stopwatch.GetTimestamp() < until)
        {
            int other = (int)calls & 31;
            int answer = await sum(number, other);

            if (answer != number + other)
            {
                throw new InvalidOperationException($"The answer was {answer}, not {number + other}.");
            }

            calls++;
        }

        return calls;
    }
}
