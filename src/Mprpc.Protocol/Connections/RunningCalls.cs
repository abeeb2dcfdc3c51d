namespace Mprpc.Connections;

/// <summary>Counts the peer's calls whose methods run asynchronously, and says when there is room for more, and when none is left.</summary>
/// <remarks>
/// A call keeps its place until its method has really ended. While methods wait for answers of the peer itself (calls in the other direction), reading must go on, or those
/// answers would never be read: then there is no waiting, and calls beyond the limit are refused. Safe for concurrent use; one may wait for room, one for the end.
/// </remarks>
internal sealed class RunningCalls(int limit, RunningCallsTotal? total, InFlightRequests callsToPeer)
{
    private readonly Lock _gate = new();
    private int _limit = limit;
    private int _count;
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _none;
    private volatile bool _isAwaited;
    private bool _isQueued;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether no further call may start.</summary>
    public bool IsFull => Volatile.Read(ref _count) >= _limit || total is { IsFull: true };

    /// <summary>Whether it is this connection's limit that keeps further calls from starting, not the server's.</summary>
    public bool IsAtOwnLimit => Volatile.Read(ref _count) >= _limit;

    /// <summary>Whether further messages have to wait unread.</summary>
    public bool MustWait => IsFull && callsToPeer.Count == 0;

    /// <summary>Whether a call that has been read is refused: only where messages may not wait. Where they may, others can have taken the server's last place since that was asked.</summary>
    public bool MustRefuse => IsFull && callsToPeer.Count > 0;

    /// <summary>Changes how many calls may run; those that run go on.</summary>
    public void ChangeLimit(int calls)
    {
        Volatile.Write(ref _limit, calls);
        Recheck();
    }

    public void Add()
    {
        Interlocked.Increment(ref _count);
        total?.Add();
    }

    public void Remove()
    {
        Interlocked.Decrement(ref _count);
        Recheck();
        total?.Remove();
    }

    /// <summary>Looks again whether who waits may go on: a call has ended, or one to the peer was made.</summary>
    public void Recheck()
    {
        if (_isAwaited)
        {
            Signal();
        }
    }

    /// <summary>Completes when <see cref="MustWait"/> is false.</summary>
    public Task WaitForRoomAsync()
    {
        Task room = WaitAsync(ref _room, () => !MustWait);
        Queue();
        return room;
    }

    /// <summary>The server has room again, for this connection among others.</summary>
    public void OnTotalHasRoom()
    {
        lock (_gate)
        {
            _isQueued = false;
        }

        Signal();
    }

    /// <summary>Completes when no call runs.</summary>
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
            if (_room is not null && !MustWait)
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

        Queue();
    }

    /// <summary>Waits in the server's queue where it is the server that is full: once, and only while this connection itself has room, so that who is woken can go on.</summary>
    /// <remarks>Also where the server has room again by now: nobody else would notice that, and those in the queue have their turn first.</remarks>
    private void Queue()
    {
        lock (_gate)
        {
            if (_room is null || _isQueued || total is null || Count >= _limit)
            {
                return;
            }

            _isQueued = true;
        }

        total.Enqueue(this);
    }
}
