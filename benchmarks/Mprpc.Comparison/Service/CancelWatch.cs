using System.Collections.Concurrent;
using System.Diagnostics;

namespace Mprpc.Comparison.Service;

/// <summary>Calls that wait for their cancellation, each with a number: that it has begun, and when its token was told.</summary>
internal static class CancelWatch
{
    private static readonly ConcurrentDictionary<int, Entry> s_calls = new();

    public static async Task<int> WaitAsync(int number, CancellationToken cancellationToken)
    {
        Entry entry = Find(number);
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static entry => ((Entry)entry!).Cancelled.TrySetResult(Stopwatch.GetTimestamp()), entry);
        entry.Begun.TrySetResult();
        await entry.Cancelled.Task;
        return number;
    }

    public static async Task<int> BegunAsync(int number)
    {
        await Find(number).Begun.Task;
        return number;
    }

    public static async Task<long> CancelledAtAsync(int number)
    {
        long at = await Find(number).Cancelled.Task;
        s_calls.TryRemove(number, out _);
        return at;
    }

    private static Entry Find(int number) => s_calls.GetOrAdd(number, static _ => new Entry());

    private sealed class Entry
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<long> Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
