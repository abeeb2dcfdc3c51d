namespace Mprpc.Connections;

/// <summary>Counts the peer's calls whose methods run asynchronously, and says when there is room for more, and when none is left.</summary>
/// <remarks>A call keeps its place until its method has really ended. Safe for concurrent use; one may wait for room, one for the end.</remarks>
internal sealed class RunningCalls(int limit)
{
    private readonly Lock _gate = new();
    private int _count;
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _none;
    private volatile bool _isAwaited;

    public int Count => Volatile.Read(ref _count);

    public bool IsFull => Volatile.Read(ref _count) >= limit;

    public void Add() => Interlocked.Increment(ref _count);

    public void Remove()
    {
        Interlocked.Decrement(ref _count);

        if (_isAwaited)
        {
            Signal();
        }
    }

    public Task WaitForRoomAsync() => WaitAsync(ref _room, () => !IsFull);

    public Task WaitForNoneAsync() => WaitAsync(ref _none, () => Count == 0);

    private Task WaitAsync(ref TaskCompletionSource? waiter, Func<bool> isReached)
    {
        lock (_gate)
        {
            _isAwaited = true;
            Interlocked.MemoryBarrier();    // with the decrement of Remove: one of the two sees the other

            if (isReached())
            {
                return Task.CompletedTask;
            }

            waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return waiter.Task;
        }
    }

    private void Signal()
    {
        lock (_gate)
        {
            if (_room is not null && !IsFull)
            {
                _room.SetResult();
                _room = null;
            }

            if (_none is not null && Count == 0)
            {
                _none.SetResult();
                _none = null;
            }

            _isAwaited = _room is not null || _none is not null;
        }
    }
}
