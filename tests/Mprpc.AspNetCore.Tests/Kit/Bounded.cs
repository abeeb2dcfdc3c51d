using System.Diagnostics;

namespace Mprpc.AspNetCore.Tests.Kit;

/// <summary>The bound of each wait: a test that would hang fails instead. Generous, because the machine may be busy; no test waits so long when all is well.</summary>
internal static class Bounded
{
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(30);

    public static Task InTime(this Task task) => task.WaitAsync(Time);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Time);

    public static Task<T> InTime<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Time);

    public static Task InTime(this ValueTask task) => task.AsTask().WaitAsync(Time);

    /// <summary>Waits until something that tells nobody has come true.</summary>
    public static async Task Until(Func<bool> isReached, string what)
    {
        var watch = Stopwatch.StartNew();

        while (!isReached())
        {
            Assert.True(watch.Elapsed < Time, $"In vain waited for: {what}.");
            await Task.Delay(1);
        }
    }
}
