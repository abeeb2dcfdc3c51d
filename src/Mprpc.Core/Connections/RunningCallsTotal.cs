namespace Mprpc.Connections;

/// <summary>
/// Counts the calls that run on all connections of a server, and the bytes of their answers, and wakes one connection that waits when there is room.
/// </summary>
/// <remarks>
/// The last tenth of the places is for connections that have no call running, so that a few that take all they can get do not shut out the others. Safe for
/// concurrent use. While a connection waits and there is room for it, one is about to be woken: whatever enqueues, gives a place back or has woken another sees
/// to that.
/// </remarks>
internal sealed class RunningCallsTotal : IThreadPoolWorkItem
{
    private const int PartThatIsLittle = 32;

    private readonly Lock _gate = new();
    private readonly Queue<RunningCalls> _waiting = new();
    private readonly Queue<RunningCalls> _waitingFirst = new();     // those that have no call running
    private int _limit;
    private int _limitOfBusy;
    private long _maxAnswerBytes;
    private long _load;
    private volatile bool _isAwaited;
    private int _isToWake;      // 1: this is in the pool's queue

    /// <param name="limit">How many calls may run.</param>
    /// <param name="maxAnswerBytes">How many bytes their answers may have.</param>
    public RunningCallsTotal(int limit, long maxAnswerBytes = ConnectionLimits.DefaultMaxUnsentAnswerBytesTotal) => SetLimits(limit, maxAnswerBytes);

    public int Count => CallLoad.Calls(Volatile.Read(ref _load));

    /// <summary>Whether connections wait for room.</summary>
    public bool IsAwaited => _isAwaited;

    /// <summary>Whether a connection that has calls running may begin another, as far as places go.</summary>
    public bool HasFreePlace => Count < _limitOfBusy;

    /// <summary>The same as far as bytes go.</summary>
    public bool HasRoomForBytes => CallLoad.Bytes(Volatile.Read(ref _load)) < Volatile.Read(ref _maxAnswerBytes);

    /// <summary>Whether so much is unsent or about to be answered that connections are told apart by what their peers read.</summary>
    public bool HasMuchToAnswer => CallLoad.Bytes(Volatile.Read(ref _load)) > Volatile.Read(ref _maxAnswerBytes) / PartThatIsLittle;

    /// <summary>Whether a connection may begin no further call.</summary>
    /// <param name="isIdle">Whether it has no call running and nothing unsent.</param>
    public bool IsFullFor(bool isIdle)
    {
        long load = Volatile.Read(ref _load);
        return isIdle
            ? CallLoad.Calls(load) >= _limit
            : CallLoad.Calls(load) >= _limitOfBusy || CallLoad.Bytes(load) >= Volatile.Read(ref _maxAnswerBytes);
    }

    /// <summary>Changes the limits: what runs goes on, also where it is more than may begin from now on.</summary>
    public void ChangeLimits(int limit, long maxAnswerBytes)
    {
        SetLimits(limit, maxAnswerBytes);
        Interlocked.MemoryBarrier();    // with that of Enqueue: either this sees that one waits, or that sees the new limits

        if (_isAwaited)
        {
            WakeNextSoon();
        }
    }

    public void Add(long load) => Interlocked.Add(ref _load, load);

    public void Remove(long load)
    {
        Interlocked.Add(ref _load, -load);

        if (_isAwaited)
        {
            WakeOne();
        }
    }

    /// <summary>Has these rechecked when there is room.</summary>
    public void Enqueue(RunningCalls calls, bool isFirst)
    {
        lock (_gate)
        {
            (isFirst ? _waitingFirst : _waiting).Enqueue(calls);
            _isAwaited = true;
        }

        Interlocked.MemoryBarrier();    // with the decrement of Remove: one of the two sees the other

        if (!IsFullFor(isFirst))
        {
            WakeNextSoon();
        }
    }

    /// <summary>Wakes one, if there is still room.</summary>
    public void Execute()
    {
        Interlocked.Exchange(ref _isToWake, 0);     // first: who enqueues from here on has it queued once more

        if (_isAwaited)
        {
            WakeOne();
        }
    }

    private void SetLimits(int limit, long maxAnswerBytes)
    {
        _limit = Math.Min(limit, CallLoad.MaxCalls);
        _limitOfBusy = _limit - (_limit / 10);
        Volatile.Write(ref _maxAnswerBytes, maxAnswerBytes);
    }

    private void WakeOne()
    {
        RunningCalls? calls = null;
        bool isFirst;
        bool more;

        lock (_gate)
        {
            isFirst = _waitingFirst.Count > 0 && !IsFullFor(isIdle: true);

            if (isFirst || !IsFullFor(isIdle: false))
            {
                (isFirst ? _waitingFirst : _waiting).TryDequeue(out calls);
            }

            _isAwaited = _waiting.Count + _waitingFirst.Count > 0;
            more = calls is not null && _isAwaited;
        }

        calls?.OnTotalHasRoom(isFirst);

        if (more)
        {
            // It may take no place, and so give none back: its calls may end at once, its message may not be all there, its connection may have ended.
            WakeNextSoon();
        }
    }

    /// <summary>Behind those that have been woken, which mostly have taken their places by then; one that finds none waits again.</summary>
    /// <remarks>Once, however many ask for it: each that is woken may ask again, so that the pool's queue would grow without end.</remarks>
    private void WakeNextSoon()
    {
        if (Interlocked.Exchange(ref _isToWake, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
