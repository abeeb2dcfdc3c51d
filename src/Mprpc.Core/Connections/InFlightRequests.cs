namespace Mprpc.Connections;

/// <summary>The requests of one connection that wait for their responses, by msgid.</summary>
/// <remarks>
/// A ring of slots that a msgid finds by its low bits. Ids count up from 0 to 2^31-1 and start over (docs/protocol.md 8), past those whose slot is taken, so
/// that a late answer never meets another call. Safe for concurrent use; whoever takes a call out of its slot, by an exchange, completes it. The read loop
/// takes without the lock: that costs a call a third of what the lock does. An object that is in a slot is used again only when the read loop has taken it, so
/// that the loop never takes one for another.
/// </remarks>
internal sealed partial class InFlightRequests(TimeProvider clock, Lock? gate = null) : ICallbackFailures
{
    private const int FirstCapacity = 16;

    private readonly Lock _gate = gate ?? new Lock();
    private Slot[] _slots = [];
    private int _added;         // under the lock
    private int _removed;       // under the lock
    private int _taken;         // by the read loop alone
    private int _nextId;
    private volatile bool _isClosed;
    private Action? _whenEmpty;
    private bool _isRetired;

    /// <summary>
    /// Called, outside the lock, with each call that has timed out or was cancelled, so that its answer is still to come; before its caller is told.
    /// </summary>
    public Action<PendingCall>? OnGivenUp { get; set; }

    /// <summary>Called, outside the lock, when the connection is closed, before the calls in flight fail.</summary>
    public Action? OnClosed { get; set; }

    /// <summary>
    /// Called, on whatever thread, with what has been thrown by code that awaited a call and by nobody caught, or by the callbacks of this object. Must not
    /// throw.
    /// </summary>
    public Action<Exception>? OnCallbackFailed { get; set; }

    /// <summary>How many calls wait for their answers; none once the connection is closed.</summary>
    /// <remarks>
    /// For a moment it may count one that has just been taken; never too few. What has left is read first: a call that comes and goes in between would else
    /// hide another.
    /// </remarks>
    public int Count
    {
        get
        {
            int left = Volatile.Read(ref _taken) + Volatile.Read(ref _removed);
            return !_isClosed ? Volatile.Read(ref _added) - left : 0;
        }
    }

    /// <summary>Only for tests of the wrap: the id that the next call gets.</summary>
    public int NextId
    {
        get => _nextId;
        set => _nextId = value;
    }

    /// <summary>Whether a call with this id waits for its answer.</summary>
    public bool Contains(int messageId)
    {
        lock (_gate)
        {
            return _slots.Length > 0 && Volatile.Read(ref SlotOf(_slots, messageId)) is { } call && call.MessageId == messageId;
        }
    }

    /// <summary>Whether this call waits for its answer.</summary>
    public bool Contains(PendingCall call)
    {
        lock (_gate)
        {
            return _slots.Length > 0 && Volatile.Read(ref SlotOf(_slots, call.MessageId)) == call;
        }
    }

    /// <summary>Says how many bytes the request of a call has, if it still waits for its answer.</summary>
    public bool TrySetRequestBytes(int messageId, int bytes)
    {
        lock (_gate)
        {
            if (_slots.Length == 0 || Volatile.Read(ref SlotOf(_slots, messageId)) is not { } call || call.MessageId != messageId)
            {
                return false;
            }

            _unsent -= call.RequestBytes == PendingCall.Unsent ? 1 : 0;
            call.RequestBytes = bytes;
            return true;
        }
    }

    /// <summary>Gives a call its id and waits for its answer.</summary>
    /// <returns>False if the connection is closed, or takes no more calls, or none that does not wait for a place.</returns>
    public bool TryAdd(PendingCall call)
    {
        lock (_gate)
        {
            if (!TryAddUnderLock(call))
            {
                return false;
            }

            _unsent += call.RequestBytes == PendingCall.Unsent ? 1 : 0;
            return true;
        }
    }

    /// <summary>The same for a caller that holds the lock which was given to the constructor.</summary>
    public bool TryAddUnderLock(PendingCall call)
    {
        if (_isClosed || _isRetired)
        {
            return false;
        }

        int count = Count;

        if (count >= _limit && !MayExceed(call))
        {
            return false;
        }

        // At most half full, so that a free slot is found at once.
        if (count * 2 >= _slots.Length)
        {
            Grow();
        }

        int id = _nextId;

        while (SlotOf(_slots, id) is not null)
        {
            id = (id + 1) & int.MaxValue;
        }

        // Before it has its slot: what throws here leaves nothing behind.
        if (call.Timeout > TimeSpan.Zero)
        {
            SetDeadline(call);
        }

        _nextId = (id + 1) & int.MaxValue;
        _added++;
        call.MessageId = id;
        call.InFlight = this;
        Volatile.Write(ref SlotOf(_slots, id), call);
        return true;
    }

    /// <summary>
    /// Takes the call that a response answers, or null if none waits for it: it is late, a duplicate, or of a peer that invents ids. For the read loop alone.
    /// </summary>
    public PendingCall? Take(long messageId)
    {
        if (messageId is < 0 or > int.MaxValue)
        {
            return null;
        }

        PendingCall? call = TryTake(Volatile.Read(ref _slots), (int)messageId);

        if (call is null)
        {
            // It may just have been moved to a larger table.
            lock (_gate)
            {
                call = TryTake(_slots, (int)messageId);
            }
        }

        if (Volatile.Read(ref _isWatched))
        {
            TellLeft();
        }

        return call;
    }

    /// <summary>The call with this msgid while its answer is still to come; null: there is none. For the read loop alone.</summary>
    public PendingCall? Peek(long messageId)
    {
        lock (_gate)
        {
            PendingCall? call = _slots.Length > 0 && messageId <= int.MaxValue ? Volatile.Read(ref SlotOf(_slots, (int)messageId)) : null;
            return call?.MessageId == messageId ? call : null;
        }
    }

    /// <summary>Takes this call.</summary>
    /// <returns>False if another has taken it.</returns>
    public bool Remove(PendingCall call)
    {
        lock (_gate)
        {
            return TryRemove(call);
        }
    }

    /// <summary>Fails this call, if it still waits for its answer.</summary>
    /// <returns>False if another has taken it.</returns>
    public bool TryFail(PendingCall call, Func<PendingCall, Exception> reason)
    {
        if (!Remove(call))
        {
            return false;
        }

        Fail(call, reason);
        return true;
    }

    /// <summary>Fails those that are chosen, for example because they were never sent; the others go on.</summary>
    /// <param name="which">Chooses; called under the lock.</param>
    /// <param name="reason">Makes an exception for each call: one that several threads throw would mix up their stack traces.</param>
    public void Drain(Predicate<PendingCall> which, Func<PendingCall, Exception> reason)
    {
        List<PendingCall> chosen = [];

        lock (_gate)
        {
            for (int i = 0; i < _slots.Length; i++)
            {
                if (Volatile.Read(ref _slots[i].Call) is { } call && which(call) && TryRemove(call))
                {
                    chosen.Add(call);
                }
            }
        }

        foreach (PendingCall call in chosen)
        {
            Fail(call, reason);
        }
    }

    /// <summary>Fails a call that was removed and whose answer is still to come.</summary>
    public void GiveUp(PendingCall call, Exception exception)
    {
        try
        {
            OnGivenUp?.Invoke(call);
        }
        catch (Exception failure)
        {
            Report(failure);
        }

        call.Fail(exception);
    }

    /// <summary>Takes no more calls, and calls back once when none waits for its answer any more: a call that came in between would be lost.</summary>
    public void WhenEmpty(Action callback)
    {
        lock (_gate)
        {
            _isRetired = true;
            Volatile.Write(ref _whenEmpty, callback);
            Volatile.Write(ref _isWatched, true);
        }

        // With Take, which counts a call and then looks whether it is to be told: one of the two sees the other. The fence that this needs there is here, where
        // it is needed once a connection.
        Interlocked.MemoryBarrierProcessWide();
        CheckEmpty();
    }

    /// <summary>Refuses further calls and fails those in flight.</summary>
    /// <param name="reason">Makes an exception for each call: one that several threads throw would mix up their stack traces.</param>
    public void Close(Func<PendingCall, Exception> reason)
    {
        Slot[] left;

        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            left = _slots;
            Volatile.Write(ref _slots, []);
            _timer?.Dispose();
        }

        try
        {
            OnClosed?.Invoke();
        }
        catch (Exception failure)
        {
            Report(failure);
        }

        for (int i = 0; i < left.Length; i++)
        {
            if (Interlocked.Exchange(ref left[i].Call, null) is { } call)
            {
                Fail(call, reason);
            }
        }
    }

    /// <inheritdoc/>
    public void Report(Exception exception) => OnCallbackFailed?.Invoke(exception);

    private static ref PendingCall? SlotOf(Slot[] slots, int messageId) => ref slots[messageId & (slots.Length - 1)].Call;

    private static void Fail(PendingCall call, Func<PendingCall, Exception> reason)
    {
        Exception exception;

        try
        {
            exception = reason(call);
        }
        catch (Exception failure)
        {
            exception = failure;
        }

        call.Fail(exception);
    }

    private PendingCall? TryTake(Slot[] slots, int messageId)
    {
        if (slots.Length == 0)
        {
            return null;
        }

        ref PendingCall? slot = ref SlotOf(slots, messageId);
        PendingCall? call = Volatile.Read(ref slot);

        if (call is null || call.MessageId != messageId || Interlocked.CompareExchange(ref slot, null, call) != call)
        {
            return null;
        }

        // Not before the exchange: one that fails would for a moment count a call too few, and a retired connection would end with a call in flight.
        Volatile.Write(ref _taken, _taken + 1);
        return call;
    }

    /// <summary>Under the lock.</summary>
    private bool TryRemove(PendingCall call)
    {
        if (_slots.Length == 0 || Interlocked.CompareExchange(ref SlotOf(_slots, call.MessageId), null, call) != call)
        {
            return false;
        }

        _removed++;
        _unsent -= call.RequestBytes == PendingCall.Unsent ? 1 : 0;

        if (_isWatched)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static requests => requests.TellLeft(), this, preferLocal: false);       // not under the lock
        }

        return true;
    }

    private void CheckEmpty()
    {
        // Each thread that takes or removes a call comes here after it has counted that: of two at once the fence lets one see what the other has counted.
        Interlocked.MemoryBarrier();

        if (Count <= 0)
        {
            Interlocked.Exchange(ref _whenEmpty, null)?.Invoke();
        }
    }

    private void Grow()
    {
        Slot[] old = _slots;
        var grown = new Slot[Math.Max(FirstCapacity, old.Length * 2)];

        for (int i = 0; i < old.Length; i++)
        {
            // By an exchange: the read loop may be taking it at this moment.
            if (Interlocked.Exchange(ref old[i].Call, null) is { } call)
            {
                SlotOf(grown, call.MessageId) = call;
            }
        }

        Volatile.Write(ref _slots, grown);
    }

    /// <summary>A place for a call: in an array of references each write would check the type.</summary>
    private struct Slot
    {
        public PendingCall? Call;
    }
}
