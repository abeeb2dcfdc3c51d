using System.Diagnostics;

namespace Mprpc.Tests.Kit;

/// <summary>
/// The bound of each wait: a test that would hang fails instead. Generous, because processes start slowly on a busy machine; no test waits so long when all is
/// well.
/// </summary>
public static class Bounded
{
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(60);

    public static Task InTime(this Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.WaitAsync(Time);
    }

    public static Task<T> InTime<T>(this Task<T> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.WaitAsync(Time);
    }

    public static Task<T> InTime<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Time);

    public static Task InTime(this ValueTask task) => task.AsTask().WaitAsync(Time);

    /// <summary>Waits until something that tells nobody has come true.</summary>
    public static async Task Until(Func<bool> isReached, string what)
    {
        ArgumentNullException.ThrowIfNull(isReached);
        var watch = Stopwatch.StartNew();

        while (!isReached())
        {
            Assert.True(watch.Elapsed < Time, $"In vain waited for: {what}.");
            await Task.Delay(1);
        }
    }
}
