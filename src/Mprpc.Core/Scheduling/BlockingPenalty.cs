namespace Mprpc.Scheduling;

/// <summary>How long code that has held a read loop up is kept off it: shortly at first, longer each time it does so again.</summary>
/// <remarks>
/// On a busy machine a thread that merely waits for a processor looks like one that blocks. That must not cost much; and code that does block costs a stall now
/// and then, never many. Safe for concurrent use: a lost update shortens one term.
/// </remarks>
internal struct BlockingPenalty
{
    private const long FirstMilliseconds = 100;
    private const long MaxMilliseconds = 10_000;
    private const int Growth = 4;

    private long _until;        // 0: there is none
    private long _lastEnd;
    private long _term;

    /// <summary>Whether the code is kept off the loop at this moment.</summary>
    public bool IsHeld => Volatile.Read(in _until) is var until && until != 0 && IsHeldUntil(until, Environment.TickCount64);

    /// <summary>The code has held a loop up.</summary>
    public void Raise() => Raise(Environment.TickCount64);

    /// <summary>As <see cref="IsHeld"/>, at a time in milliseconds.</summary>
    public bool IsHeldAt(long now) => Volatile.Read(in _until) is var until && until != 0 && IsHeldUntil(until, now);

    /// <summary>As the other, at a time in milliseconds.</summary>
    public void Raise(long now)
    {
        // Again within the length of the last term: no accident.
        bool isRepeated = _term != 0 && now < _lastEnd + _term;
        _term = isRepeated ? Math.Min(_term * Growth, MaxMilliseconds) : FirstMilliseconds;
        _lastEnd = now + _term;
        Volatile.Write(ref _until, _lastEnd);
    }

    private bool IsHeldUntil(long until, long now)
    {
        if (now < until)
        {
            return true;
        }

        // So that the clock is not asked for ever after one accident.
        Interlocked.CompareExchange(ref _until, 0, until);
        return false;
    }
}
