namespace Mprpc.Testing.Tests;

/// <summary>The bound of each wait: a test that would hang fails instead.</summary>
internal static class Bounded
{
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(30);

    public static Task InTime(this Task task) => task.WaitAsync(Time);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Time);

    public static Task InTime(this ValueTask task) => task.AsTask().WaitAsync(Time);

    public static Task<T> InTime<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Time);

    /// <summary>Waits until something is so that nothing tells of.</summary>
    public static async Task Until(Func<bool> isReached, string what)
    {
        using var timeout = new CancellationTokenSource(Time);

        while (!isReached())
        {
            Assert.False(timeout.IsCancellationRequested, $"Waited in vain until {what}.");
            await Task.Delay(5);
        }
    }
}
