namespace Mprpc.Core.Tests.Concurrency;

/// <summary>Makes threads meet at other places each time: between two steps of one, others get some of theirs in.</summary>
internal static class Noise
{
    public static void Make(Random random)
    {
        switch (random.Next(16))
        {
            case 0:
                Thread.Yield();
                break;
            case 1:
                Thread.SpinWait(random.Next(200));
                break;
            case 2:
                Thread.SpinWait(5);
                break;
        }
    }

    /// <summary>Runs these at once, each on a thread of its own; fails with the first failure.</summary>
    public static async Task RunAsync(params IEnumerable<Action<Random>> bodies)
    {
        using var start = new ManualResetEventSlim();
        Task[] tasks = [.. bodies.Select((body, i) => Task.Factory.StartNew(
            () =>
            {
                start.Wait();
                body(new Random(i));
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))];
        start.Set();
        await Task.WhenAll(tasks).WaitAsync(TimeSpan.FromSeconds(60));
    }
}
