namespace Mprpc.Comparison.Load;

/// <summary>Counts what has come to all clients of the process. Safe for concurrent use.</summary>
internal sealed class Deliveries
{
    private long _count;
    private long _awaited = long.MaxValue;
    private TaskCompletionSource _reached = new();

    public long Count => Interlocked.Read(ref _count);

    public void Add()
    {
        if (Interlocked.Increment(ref _count) == Volatile.Read(ref _awaited))
        {
            Volatile.Read(ref _reached).TrySetResult();
        }
    }

    /// <summary>Completes when so many have come; for one that waits.</summary>
    public Task WaitForAsync(long count)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _reached, reached);
        Interlocked.Exchange(ref _awaited, count);

        if (Count >= count)
        {
            reached.TrySetResult();
        }

        return reached.Task;
    }
}
