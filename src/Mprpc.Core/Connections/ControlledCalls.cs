namespace Mprpc.Connections;

/// <summary>The peer's calls that run apart from the read loop and can be cancelled, by msgid. Safe for concurrent use.</summary>
/// <remarks>
/// One timer a connection looks at the deadlines: most calls end before theirs, and a timer that is set for the nearest one is rarely set anew.
/// </remarks>
internal sealed class ControlledCalls(TimeProvider clock, RunningCalls running, CancellationToken closed)
{
    // Notifications have no msgid, and peers may use one twice: such calls have numbers beyond those of msgids.
    private const long FirstOtherKey = 1L << 40;

    // Deadlines that are close together are looked at together.
    private static readonly TimeSpan ShortestTick = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestTick = TimeSpan.FromDays(40);      // what a timer can be set to is 49

    private readonly Lock _gate = new();
    private readonly Dictionary<long, CallControl> _calls = [];
    private long _nextOtherKey = FirstOtherKey;
    private ITimer? _timer;
    private long _nextTick = long.MaxValue;

    /// <summary>Lists a call, unless it has ended; of one that is listed, looks at the deadline anew.</summary>
    public void Add(CallControl call)
    {
        lock (_gate)
        {
            if (call.TryEnterList())
            {
                call.Key = call.MessageId ?? _nextOtherKey++;

                if (!_calls.TryAdd(call.Key, call))
                {
                    call.Key = _nextOtherKey++;
                    _calls.Add(call.Key, call);
                }
            }
            else if (!call.IsListed)
            {
                return;
            }

            if (call.Deadline != 0 && call.Deadline < _nextTick)
            {
                SetTick(call.Deadline, clock.GetTimestamp());
            }
        }

        Interlocked.MemoryBarrier();    // with that of CancelAll's caller: either this sees that the connection is closed, or that sees the call

        if (closed.IsCancellationRequested)
        {
            call.CancelApart(CancelReason.Closed);
        }
    }

    public void Remove(CallControl call)
    {
        lock (_gate)
        {
            _calls.Remove(call.Key);
        }
    }

    /// <summary>The call with this msgid, or null.</summary>
    public CallControl? Find(long messageId)
    {
        lock (_gate)
        {
            return _calls.GetValueOrDefault(messageId);
        }
    }

    /// <summary>Cancels all calls: the connection is lost.</summary>
    public void CancelAll()
    {
        CallControl[] calls;

        lock (_gate)
        {
            calls = [.. _calls.Values];
            _timer?.Dispose();
            _timer = null;
            _nextTick = long.MinValue;      // no more deadlines: nobody is there to be told
        }

        foreach (CallControl call in calls)
        {
            call.CancelApart(CancelReason.Closed);
        }
    }

    /// <summary>Under the lock.</summary>
    private void SetTick(long deadline, long now)
    {
        TimeSpan left = deadline > now ? clock.GetElapsedTime(now, deadline) : TimeSpan.Zero;
        TimeSpan wait = left < ShortestTick ? ShortestTick : left < LongestTick ? left + TimeSpan.FromMilliseconds(1) : LongestTick;
        _timer ??= UnsafeTimer.Create(clock, static calls => ((ControlledCalls)calls!).OnTick(), this);
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
        _nextTick = deadline;
    }

    private void OnTick()
    {
        List<CallControl>? late = null;

        lock (_gate)
        {
            if (_nextTick == long.MinValue)
            {
                return;
            }

            long now = clock.GetTimestamp();
            long next = long.MaxValue;

            foreach (CallControl call in _calls.Values)
            {
                if (call.Deadline == 0 || call.IsLate)
                {
                    continue;
                }

                if (call.Deadline <= now)
                {
                    // Once, whatever has cancelled it before: what is late stays listed until its method has ended.
                    call.IsLate = true;
                    (late ??= []).Add(call);
                    running.Add(promised: 0);       // its method may end before the answer is given, and the connection with it
                }
                else
                {
                    next = Math.Min(next, call.Deadline);
                }
            }

            _nextTick = long.MaxValue;

            if (next != long.MaxValue)
            {
                SetTick(next, now);
            }
        }

        foreach (CallControl call in late ?? [])
        {
            try
            {
                call.OnDeadline();
            }
            catch (Exception exception)
            {
                call.AbortConnection(exception);       // It could not be answered; and an exception must not end the timer's thread, which is the process's.
            }
            finally
            {
                running.Remove(promised: 0);
            }
        }
    }
}
