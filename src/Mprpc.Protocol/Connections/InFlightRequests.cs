namespace Mprpc.Connections;

/// <summary>The requests of one connection that wait for their responses, by msgid.</summary>
/// <remarks>
/// A ring of slots that a msgid finds by its low bits. Ids count up from 0 to 2^31-1 and start over (docs/protocol.md 8), past those whose slot is taken, so that a late answer never
/// meets another call. Safe for concurrent use; whoever takes a call out of its slot, by an exchange, completes it. The read loop takes without the lock: that costs a call a third of
/// what the lock does. An object that is in a slot is used again only when the read loop has taken it, so that the loop never takes one for another.
/// </remarks>
internal sealed class InFlightRequests(TimeProvider clock, Lock? gate = null)
{
    private const int FirstCapacity = 16;

    // A timer cannot be set for longer than 49 days; for a later deadline it is set again when it has run.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(40);

    private readonly Lock _gate = gate ?? new Lock();
    private Slot[] _slots = [];
    private int _added;         // under the lock
    private int _removed;       // under the lock
    private int _taken;         // by the read loop alone
    private int _nextId;
    private bool _isClosed;
    private ITimer? _timer;
    private long _nextTick = long.MaxValue;
    private Action? _whenEmpty;
    private bool _isRetired;

    /// <summary>Called, outside the lock, when a call has timed out or was cancelled, so that its answer is still to come; before its caller is told.</summary>
    public Action? OnGivenUp { get; set; }

    /// <summary>Called, outside the lock, when the connection is closed, before the calls in flight fail.</summary>
    public Action? OnClosed { get; set; }

    /// <summary>How many calls wait for their answers; none once the connection is closed.</summary>
    public int Count => !_isClosed ? Volatile.Read(ref _added) - Volatile.Read(ref _removed) - Volatile.Read(ref _taken) : 0;

    /// <summary>Only for tests of the wrap: the id that the next call gets.</summary>
    public int NextId
    {
        get => _nextId;
        set => _nextId = value;
    }

    /// <summary>Gives a call its id and waits for its answer.</summary>
    /// <returns>False where the connection is closed, or takes no more calls.</returns>
    public bool TryAdd(PendingCall call)
    {
        lock (_gate)
        {
            return TryAddUnderLock(call);
        }
    }

    /// <summary>The same for a caller that holds the lock which was given to the constructor.</summary>
    public bool TryAddUnderLock(PendingCall call)
    {
        if (_isClosed || _isRetired)
        {
            return false;
        }

        // At most half full, so that a free slot is found at once.
        if (Count * 2 >= _slots.Length)
        {
            Grow();
        }

        int id = _nextId;

        while (_slots[id & (_slots.Length - 1)].Call is not null)
        {
            id = (id + 1) & int.MaxValue;
        }

        _nextId = (id + 1) & int.MaxValue;
        _added++;
        call.MessageId = id;
        call.InFlight = this;
        Volatile.Write(ref _slots[id & (_slots.Length - 1)].Call, call);

        if (call.Timeout > TimeSpan.Zero)
        {
            SetDeadline(call);
        }

        return true;
    }

    /// <summary>Takes the call that a response answers, or null where none waits for it: it is late, a duplicate, or of a peer that invents ids. For the read loop alone.</summary>
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

        if (_whenEmpty is not null)
        {
            CheckEmpty();
        }

        return call;
    }

    /// <summary>Takes this call.</summary>
    /// <returns>False where somebody else has taken it.</returns>
    public bool Remove(PendingCall call)
    {
        lock (_gate)
        {
            return TryRemove(call);
        }
    }

    /// <summary>Takes no more calls, and calls back once when none waits for its answer any more: a call that came in between would be lost.</summary>
    public void WhenEmpty(Action callback)
    {
        lock (_gate)
        {
            _isRetired = true;
            _whenEmpty = callback;
        }

        Interlocked.MemoryBarrier();    // with the exchange of TryTake: one of the two sees the other
        CheckEmpty();
    }

    /// <summary>Refuses further calls and fails those in flight.</summary>
    /// <param name="reason">Makes an exception for each call: one that several threads throw would mix up their stack traces.</param>
    public void Close(Func<Exception> reason)
    {
        Slot[] left;

        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            (left, _slots) = (_slots, []);
            _timer?.Dispose();
        }

        OnClosed?.Invoke();

        for (int i = 0; i < left.Length; i++)
        {
            Interlocked.Exchange(ref left[i].Call, null)?.Fail(reason());
        }
    }

    private PendingCall? TryTake(Slot[] slots, int messageId)
    {
        if (slots.Length == 0)
        {
            return null;
        }

        ref PendingCall? slot = ref slots[messageId & (slots.Length - 1)].Call;
        PendingCall? call = Volatile.Read(ref slot);

        if (call is null || call.MessageId != messageId)
        {
            return null;
        }

        _taken++;

        if (Interlocked.CompareExchange(ref slot, null, call) == call)
        {
            return call;
        }

        _taken--;
        return null;
    }

    /// <summary>Under the lock.</summary>
    private bool TryRemove(PendingCall call)
    {
        if (_slots.Length == 0 || Interlocked.CompareExchange(ref _slots[call.MessageId & (_slots.Length - 1)].Call, null, call) != call)
        {
            return false;
        }

        _removed++;

        if (_whenEmpty is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static requests => requests.CheckEmpty(), this, preferLocal: false);     // not under the lock
        }

        return true;
    }

    private void CheckEmpty()
    {
        if (Count == 0)
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
                grown[call.MessageId & (grown.Length - 1)].Call = call;
            }
        }

        Volatile.Write(ref _slots, grown);
    }

    /// <summary>A deadline is a stamp that one timer a connection looks at: a timer of its own would cost each call more than all the rest.</summary>
    private void SetDeadline(PendingCall call)
    {
        long now = clock.GetTimestamp();
        call.Deadline = now + Math.Clamp((long)(call.Timeout.TotalSeconds * clock.TimestampFrequency), 1, long.MaxValue - now);

        if (call.Deadline < _nextTick)
        {
            _nextTick = call.Deadline;
            _timer ??= clock.CreateTimer(static requests => ((InFlightRequests)requests!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(call.Timeout < LongestWait ? call.Timeout : LongestWait, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTick()
    {
        List<PendingCall>? late = null;

        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            long now = clock.GetTimestamp();
            _nextTick = long.MaxValue;

            for (int i = 0; i < _slots.Length; i++)
            {
                if (_slots[i].Call is not { Deadline: > 0 } call)
                {
                    continue;
                }

                if (call.Deadline <= now)
                {
                    if (TryRemove(call))
                    {
                        (late ??= []).Add(call);
                    }
                }
                else
                {
                    _nextTick = Math.Min(_nextTick, call.Deadline);
                }
            }

            if (_nextTick != long.MaxValue)
            {
                // A millisecond more than what is left: a timer that rounds down would find nothing late.
                TimeSpan left = clock.GetElapsedTime(now, _nextTick);
                _timer!.Change(left < LongestWait ? left + TimeSpan.FromMilliseconds(1) : LongestWait, Timeout.InfiniteTimeSpan);
            }
        }

        if (late is null)
        {
            return;
        }

        OnGivenUp?.Invoke();

        foreach (PendingCall call in late)
        {
            call.Fail(call.TimedOut());
        }
    }

    /// <summary>A place for a call: in an array of references each write would check the type.</summary>
    private struct Slot
    {
        public PendingCall? Call;
    }
}
