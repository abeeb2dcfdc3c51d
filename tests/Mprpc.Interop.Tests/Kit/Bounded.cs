namespace Mprpc.Interop.Tests.Kit;

/// <summary>The bound of each wait: processes start slowly on a busy machine, and a test that would hang fails instead.</summary>
internal static class Bounded
{
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(60);

    public static Task InTime(this Task task) => task.WaitAsync(Time);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Time);

    public static Task InTime(this ValueTask task) => task.AsTask().WaitAsync(Time);

    public static Task<T> InTime<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Time);
}
