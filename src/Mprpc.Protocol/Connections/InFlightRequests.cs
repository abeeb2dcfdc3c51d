namespace Mprpc.Connections;

/// <summary>The requests of one connection that wait for their responses, by msgid.</summary>
/// <remarks>
/// A ring of slots that a msgid finds by its low bits. Ids count up from 0 to 2^31-1 and start over (docs/protocol.md 8), past those whose slot is taken, so that a late answer never
/// meets another call. Safe for concurrent use; whoever takes a call out completes it.
/// </remarks>
internal sealed class InFlightRequests(TimeProvider clock)
{
    private const int FirstCapacity = 16;

    // A timer cannot be set for longer than 49 days; for a later deadline it is set again when it has run.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(40);

    private readonly Lock _gate = new();
    private PendingCall?[] _slots = [];
    private int _count;
    private int _nextId;
    private Exception? _closedBy;
    private ITimer? _timer;
    private long _nextTick = long.MaxValue;
    private Action? _whenEmpty;
    private bool _isRetired;

    /// <summary>Called, outside the lock, when a call has timed out or was cancelled, so that its answer is still to come; before its caller is told.</summary>
    public Action? OnGivenUp { get; set; }

    /// <summary>Called, outside the lock, when the connection is closed, before the calls in flight fail.</summary>
    public Action? OnClosed { get; set; }

    public int Count => Volatile.Read(ref _count);

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
            if (_closedBy is not null || _isRetired)
            {
                return false;
            }

            // At most half full, so that a free slot is found at once.
            if (_count * 2 >= _slots.Length)
            {
                Grow();
            }

            int id = _nextId;

            while (_slots[id & (_slots.Length - 1)] is not null)
            {
                id = (id + 1) & int.MaxValue;
            }

            _slots[id & (_slots.Length - 1)] = call;
            _nextId = (id + 1) & int.MaxValue;
            _count++;
            call.MessageId = id;
            call.InFlight = this;

            if (call.Timeout > TimeSpan.Zero)
            {
                SetDeadline(call);
            }

            return true;
        }
    }

    /// <summary>Takes the call that a response answers, or null where none waits for it: it is late, a duplicate, or of a peer that invents ids.</summary>
    public PendingCall? Take(long messageId)
    {
        if (messageId is < 0 or > int.MaxValue)
        {
            return null;
        }

        PendingCall? call;

        lock (_gate)
        {
            call = _slots.Length == 0 ? null : _slots[(int)messageId & (_slots.Length - 1)];

            if (call is null || call.MessageId != messageId)
            {
                return null;
            }

            Free(call);
        }

        return call;
    }

    /// <summary>Takes this call.</summary>
    /// <returns>False where somebody else has taken it.</returns>
    public bool Remove(PendingCall call)
    {
        lock (_gate)
        {
            if (_slots.Length == 0 || _slots[call.MessageId & (_slots.Length - 1)] != call)
            {
                return false;
            }

            Free(call);
            return true;
        }
    }

    /// <summary>Takes no more calls, and calls back once when none waits for its answer any more: a call that came in between would be lost.</summary>
    public void WhenEmpty(Action callback)
    {
        lock (_gate)
        {
            _isRetired = true;

            if (_count != 0)
            {
                _whenEmpty = callback;
                return;
            }
        }

        callback();
    }

    /// <summary>Refuses further calls and fails those in flight.</summary>
    public void Close(Exception reason)
    {
        PendingCall?[] left;

        lock (_gate)
        {
            if (_closedBy is not null)
            {
                return;
            }

            _closedBy = reason;
            (left, _slots) = (_slots, []);
            _count = 0;
            _timer?.Dispose();
        }

        OnClosed?.Invoke();

        foreach (PendingCall? call in left)
        {
            call?.Fail(reason);
        }
    }

    private void Free(PendingCall call)
    {
        _slots[call.MessageId & (_slots.Length - 1)] = null;

        if (--_count == 0 && _whenEmpty is { } callback)
        {
            _whenEmpty = null;
            ThreadPool.UnsafeQueueUserWorkItem(static callback => callback(), callback, preferLocal: false);    // not under the lock
        }
    }

    private void Grow()
    {
        PendingCall?[] old = _slots;
        PendingCall?[] grown = new PendingCall?[Math.Max(FirstCapacity, old.Length * 2)];

        foreach (PendingCall? call in old)
        {
            if (call is not null)
            {
                grown[call.MessageId & (grown.Length - 1)] = call;
            }
        }

        _slots = grown;
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
            if (_closedBy is not null)
            {
                return;
            }

            long now = clock.GetTimestamp();
            _nextTick = long.MaxValue;

            for (int i = 0; i < _slots.Length; i++)
            {
                if (_slots[i] is not { Deadline: > 0 } call)
                {
                    continue;
                }

                if (call.Deadline <= now)
                {
                    Free(call);
                    (late ??= []).Add(call);
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
            call.Fail(new TimeoutException(
                $"The call of '{call.Method}' had no answer within {call.Timeout.TotalMilliseconds:N0} ms. It may still run at the peer. "
                + "Raise MprpcClientOptions.CallTimeout, or MprpcCallOptions.Timeout for this call."));
        }
    }
}
