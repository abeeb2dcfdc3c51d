using Mprpc.Diagnostics;

namespace Mprpc.Connections;

internal sealed partial class InFlightRequests
{
    // A timer cannot be set for longer than 49 days; for a later deadline it is set again when it has run.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(40);

    private ITimer? _timer;
    private long _nextTick = long.MaxValue;

    /// <summary>A deadline is a stamp that one timer a connection looks at: a timer of its own would cost each call more than all the rest.</summary>
    private void SetDeadline(PendingCall call)
    {
        long now = CoarseClock.GetTimestamp(clock, call.Timeout);
        call.Deadline = now + Math.Clamp((long)(call.Timeout.TotalSeconds * clock.TimestampFrequency), 1, long.MaxValue - now);

        if (call.Deadline < _nextTick)
        {
            _timer ??= UnsafeTimer.Create(clock, static requests => ((InFlightRequests)requests!).OnTick(), this);
            _timer.Change(call.Timeout < LongestWait ? call.Timeout : LongestWait, Timeout.InfiniteTimeSpan);
            _nextTick = call.Deadline;
        }
    }

    private void OnTick()
    {
        List<PendingCall>? late = null;

        try
        {
            lock (_gate)
            {
                if (!_isClosed)
                {
                    RemoveLate(ref late);
                }
            }
        }
        finally
        {
            // Also where the clock has thrown: they are in no slot any more.
            foreach (PendingCall call in late ?? [])
            {
                GiveUp(call, call.TimedOut());
            }
        }
    }

    /// <summary>Under the lock.</summary>
    private void RemoveLate(ref List<PendingCall>? late)
    {
        long now = clock.GetTimestamp();
        _nextTick = long.MaxValue;

        for (int i = 0; i < _slots.Length; i++)
        {
            if (Volatile.Read(ref _slots[i].Call) is not { Deadline: > 0 } call)
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
}
