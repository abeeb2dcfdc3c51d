using Mprpc.Diagnostics;

namespace Mprpc.Connections;

/// <summary>
/// The peer's calls whose methods have not ended at once: how many run, which, and what of their answers is on its way. It says when there is room for more.
/// </summary>
/// <remarks>
/// A call keeps its place until its method has really ended. Bytes are bounded as places are: what is answered and not sent, and what the calls that run are
/// about to answer, by what their methods have answered so far. Safe for concurrent use; one may wait for room, any number for the end.
/// </remarks>
internal sealed class RunningCalls(
    int limit, RunningCallsTotal? total, InFlightRequests callsToPeer, int maxAnswerBytes = ConnectionLimits.DefaultMaxUnsentAnswerBytes)
{
    /// <summary>No further call begins while this much is unsent: it would only add to what the peer does not read.</summary>
    private const int MaxUnsentToBegin = 128 * 1024;

    /// <summary>
    /// On a server that has much to answer, a connection's calls may be about to answer <see cref="MaxUnsentToBegin"/> and this part of what its peer has taken
    /// so far.
    /// </summary>
    private const int PartOfTaken = 32;

    private readonly Lock _gate = new();
    private readonly SlotTable<RunningCall> _table = new();
    private readonly int _maxUnsentToBegin = Math.Min(MaxUnsentToBegin, maxAnswerBytes);
    private int _limit = limit;
    private long _load;             // calls and promised bytes, as CallLoad packs them
    private long _unsent;
    private long _taken;
    private TaskCompletionSource? _room;
    private bool _roomOnCallToPeer;
    private TaskCompletionSource? _none;
    private volatile bool _isAwaited;
    private bool _isQueued;
    private bool _isQueuedFirst;

    /// <summary>How many calls run.</summary>
    public int Count => CallLoad.Calls(Volatile.Read(ref _load));

    /// <summary>How many bytes of answers the transport has not taken yet, seen while a write waits for the peer.</summary>
    public long Unsent => Volatile.Read(ref _unsent);

    /// <summary>Whether no further call may begin.</summary>
    public bool IsFull
    {
        get
        {
            long load = Volatile.Read(ref _load);
            long unsent = Volatile.Read(ref _unsent);

            // Asked before each message, and mostly answered here.
            if ((load | unsent) == 0)
            {
                return _limit <= 0 || (total is not null && total.IsFullFor(isIdle: true));
            }

            return IsFullByItself(load, unsent) || (total is not null && total.IsFullFor(isIdle: false));
        }
    }

    /// <summary>
    /// How many bytes may be unsent or about to be answered. A peer that may not read at all must not have the whole of it where many do the same.
    /// </summary>
    private long MayAnswer
        => total is not { HasMuchToAnswer: true }
            ? maxAnswerBytes
            : Math.Min(maxAnswerBytes, MaxUnsentToBegin + (Volatile.Read(ref _taken) / PartOfTaken));

    /// <summary>Which limit keeps further calls from beginning; null if the peer has only to read.</summary>
    public ConnectionLimit? LimitReached
    {
        get
        {
            if (Count >= _limit)
            {
                return ConnectionLimit.CallsInFlightPerConnection;
            }

            if (total is { HasFreePlace: false })
            {
                return ConnectionLimit.CallsInFlight;
            }

            return total is { HasRoomForBytes: false } ? ConnectionLimit.UnsentAnswers
                : Unsent + CallLoad.Bytes(_load) >= maxAnswerBytes ? ConnectionLimit.UnsentAnswersPerConnection
                : null;
        }
    }

    /// <summary>Whether it is only what calls are expected to answer that keeps others from beginning.</summary>
    public bool IsFullOfPromises => Count < _limit && Unsent <= _maxUnsentToBegin && IsFull;

    /// <summary>Changes how many calls may run; those that run go on.</summary>
    public void ChangeLimit(int calls)
    {
        Volatile.Write(ref _limit, calls);
        Recheck();
    }

    /// <summary>A call takes a place, which it keeps until <see cref="End"/>.</summary>
    public void Begin(RunningCall call)
    {
        call.Promised = call.Method?.ExpectedAnswer ?? 0;
        call.Place = _table.Add(call, count: Add(call.Promised));
    }

    /// <summary>A call has ended, and gives its place back.</summary>
    public void End(RunningCall call)
    {
        _table.Remove(call.Place);
        Remove(call.Promised);
    }

    /// <summary>The thread has come back that a method has held up in this entry into user code.</summary>
    public void EndHeldUp(long entry) => _table.All().OfType<HeldUpCall>().FirstOrDefault(call => call.Entry == entry)?.End();

    /// <summary>The methods of the calls that run, one for each call.</summary>
    public List<ServedMethod> Methods()
    {
        List<ServedMethod> methods = [];

        foreach (RunningCall call in Held())
        {
            methods.Add(call.Method!);
            call.LetGo();
        }

        return methods;
    }

    /// <summary>Takes a place for something that is no call of its own, such as an answer that waits for its turn.</summary>
    /// <returns>How many places are taken now.</returns>
    public int Add(int promised)
    {
        long load = CallLoad.Of(1, promised);
        int count = CallLoad.Calls(Interlocked.Add(ref _load, load));
        total?.Add(load);
        return count;
    }

    /// <summary>Gives such a place back.</summary>
    public void Remove(int promised)
    {
        long load = CallLoad.Of(1, promised);
        Interlocked.Add(ref _load, -load);
        Recheck();
        total?.Remove(load);
    }

    /// <summary>Answers that are held back are counted as bytes.</summary>
    public void AddBytes(long bytes)
    {
        Interlocked.Add(ref _load, bytes);
        total?.Add(bytes);
    }

    public void RemoveBytes(long bytes)
    {
        Interlocked.Add(ref _load, -bytes);
        Recheck();
        total?.Remove(bytes);
    }

    /// <summary>Says how many bytes of answers wait for the peer to read; by one thread at a time.</summary>
    public void SetUnsent(long bytes)
    {
        long before = Interlocked.Exchange(ref _unsent, bytes);

        if (bytes > before)
        {
            total?.Add(bytes - before);
        }
        else if (bytes < before)
        {
            Recheck();
            total?.Remove(before - bytes);
        }
    }

    /// <summary>The transport has taken so many bytes; told by one thread at a time.</summary>
    public void OnTaken(int bytes)
    {
        if (_taken / PartOfTaken < maxAnswerBytes)
        {
            Volatile.Write(ref _taken, _taken + bytes);
        }
    }

    /// <summary>Expects little of methods that have never answered: by now they are known to take their time.</summary>
    public void ExpectLessOfUnknown()
    {
        long less = 0;

        foreach (RunningCall call in Held())
        {
            call.Method!.ExpectLittleIfUnknown();

            if (call.Method.ExpectedAnswer < call.Promised)
            {
                less += call.Promised - call.Method.ExpectedAnswer;
                call.Promised = call.Method.ExpectedAnswer;
            }

            call.LetGo();
        }

        RemoveBytes(less);
    }

    /// <summary>Looks again whether whoever waits may go on: a call has ended, or one to the peer was made.</summary>
    public void Recheck()
    {
        if (_isAwaited)
        {
            Signal();
        }
    }

    /// <summary>Completes when a further call may begin.</summary>
    /// <param name="orOnCallToPeer">Also when a call to the peer waits for its answer: then reading must go on.</param>
    public Task WaitForRoomAsync(bool orOnCallToPeer = false)
    {
        _roomOnCallToPeer = orOnCallToPeer;
        Task room = WaitAsync(ref _room, () => HasRoom);
        Queue();
        return room;
    }

    /// <summary>The server has room again, for this connection among others.</summary>
    public void OnTotalHasRoom(bool isFirst)
    {
        lock (_gate)
        {
            if (isFirst)
            {
                _isQueuedFirst = false;
            }
            else
            {
                _isQueued = false;
            }
        }

        Signal();
    }

    /// <summary>Completes when no call runs.</summary>
    public Task WaitForNoneAsync() => WaitAsync(ref _none, () => Count == 0);

    /// <summary>Whether no further call may begin, whatever room the server has.</summary>
    private bool IsFullByItself(long load, long unsent)
        => CallLoad.Calls(load) >= _limit || unsent > _maxUnsentToBegin || unsent + CallLoad.Bytes(load) >= MayAnswer;

    /// <summary>The calls that run, each held until it is let go.</summary>
    private IEnumerable<RunningCall> Held() => _table.All().Where(call => call.TryHold(this));

    private bool HasRoom => !IsFull || (_roomOnCallToPeer && callsToPeer.Count > 0);

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
            if (_room is not null && HasRoom)
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

    /// <summary>
    /// Waits in the server's queue if it is the server that is full: once, and only while this connection itself has room, so that what is woken can go on.
    /// </summary>
    /// <remarks>Also if the server has room again by now: nothing else would notice that, and those in the queue have their turn first.</remarks>
    private void Queue()
    {
        bool isFirst;

        lock (_gate)
        {
            long load = Volatile.Read(ref _load);
            long unsent = Volatile.Read(ref _unsent);

            // What keeps it by itself ends with one of its own calls, or with what its peer reads.
            if (_room is null || total is null || IsFullByItself(load, unsent))
            {
                return;
            }

            isFirst = (load | unsent) == 0;

            if (isFirst ? _isQueuedFirst : _isQueued)
            {
                return;
            }

            (_isQueuedFirst, _isQueued) = (_isQueuedFirst || isFirst, _isQueued || !isFirst);
        }

        total.Enqueue(this, isFirst);
    }
}
