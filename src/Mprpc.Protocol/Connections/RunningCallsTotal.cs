namespace Mprpc.Connections;

/// <summary>Counts the calls that run on all connections of a server, and wakes one that waits when there is room.</summary>
/// <remarks>
/// Safe for concurrent use. While somebody waits and there is room, somebody is about to be woken: who enqueues, who gives a place back and who has woken another sees to that.
/// </remarks>
internal sealed class RunningCallsTotal(int limit) : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Queue<RunningCalls> _waiting = new();
    private int _count;
    private volatile bool _isAwaited;

    public int Count => Volatile.Read(ref _count);

    public bool IsFull => Volatile.Read(ref _count) >= limit;

    public void Add() => Interlocked.Increment(ref _count);

    public void Remove()
    {
        Interlocked.Decrement(ref _count);

        if (_isAwaited)
        {
            WakeOne();
        }
    }

    /// <summary>Has these rechecked when there is room.</summary>
    public void Enqueue(RunningCalls calls)
    {
        lock (_gate)
        {
            _waiting.Enqueue(calls);
            _isAwaited = true;
        }

        Interlocked.MemoryBarrier();    // with the decrement of Remove: one of the two sees the other

        if (!IsFull)
        {
            WakeNextSoon();
        }
    }

    /// <summary>Wakes one, if there is still room.</summary>
    public void Execute()
    {
        if (_isAwaited && !IsFull)
        {
            WakeOne();
        }
    }

    private void WakeOne()
    {
        RunningCalls? calls;

        lock (_gate)
        {
            _waiting.TryDequeue(out calls);
            _isAwaited = _waiting.Count > 0;
        }

        calls?.OnTotalHasRoom();

        if (_isAwaited)
        {
            // It may take no place, and so give none back: its calls may end at once, its message may not be all there, its connection may have ended.
            WakeNextSoon();
        }
    }

    /// <summary>Behind those that have been woken, who mostly have taken their places by then; one that finds none waits again.</summary>
    private void WakeNextSoon() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
}
