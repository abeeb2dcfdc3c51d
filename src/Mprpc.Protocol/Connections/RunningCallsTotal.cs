namespace Mprpc.Connections;

/// <summary>Counts the calls that run on all connections of a server, and wakes one that waits when there is room.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class RunningCallsTotal(int limit)
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

        if (!IsFull)
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
    }
}
