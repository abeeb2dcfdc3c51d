namespace Mprpc.Scheduling;

/// <summary>
/// Threads for the calls of methods that block: the pool's are needed by read loops and timers, and it adds but one or two a second when all of them wait.
/// </summary>
/// <remarks>
/// Safe for concurrent use. Each call gets a thread that nothing else holds up; idle ones end after a while. They are started one after the other, each by the
/// last, while calls wait for one: so calls that only looked like blocking, many and short, are done by a few. Beyond the limit calls go to the pool.
/// </remarks>
internal sealed class BlockingThreads(int limit, TimeSpan idleTime)
{
    // A thread that waits has some 100 KiB resident, so that these have 25 MiB: more is left to who sets the pool's own minimum.
    private const int MaxOfTheProcess = 256;

    private readonly object _gate = new();      // waited for, so no Lock
    private readonly Queue<IThreadPoolWorkItem> _calls = new();
    private int _threads;
    private int _free;      // threads that are idle or starting, less the calls in the queue
    private bool _isStarting;

    /// <summary>Those of this process.</summary>
    public static BlockingThreads Shared { get; } = new(MaxOfTheProcess, TimeSpan.FromSeconds(3));

    /// <summary>How many threads there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _threads;
            }
        }
    }

    /// <summary>Runs a call on a thread that it may block.</summary>
    public void Run(IThreadPoolWorkItem call)
    {
        lock (_gate)
        {
            // Those in the queue without a thread will have one each.
            if (_free > 0 || _threads - _free < limit)
            {
                _calls.Enqueue(call);
                _free--;
                Monitor.Pulse(_gate);
                StartIfNeeded();
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(call, preferLocal: false);
    }

    /// <summary>Starts one more thread where calls wait for one and none is on its way.</summary>
    private void StartIfNeeded()
    {
        if (_free >= 0 || _isStarting)
        {
            return;
        }

        try
        {
            new Thread(RunCalls) { IsBackground = true, Name = "Mprpc blocking call" }.UnsafeStart();
            _isStarting = true;
            _threads++;
            _free++;
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            // The system has no thread left for this process; the pool has some.
            while (_calls.TryDequeue(out IThreadPoolWorkItem? call))
            {
                _free++;
                ThreadPool.UnsafeQueueUserWorkItem(call, preferLocal: false);
            }
        }
    }

    private void RunCalls()
    {
        var own = AmbientState.Capture();

        for (IThreadPoolWorkItem? call = TakeNext(isFirst: true); call is not null; call = TakeNext(isFirst: false))
        {
            call.Execute();
            own.Restore();
        }
    }

    /// <summary>Waits for the next call.</summary>
    /// <returns>Null where none has come for so long that the thread ends.</returns>
    private IThreadPoolWorkItem? TakeNext(bool isFirst)
    {
        lock (_gate)
        {
            if (isFirst)
            {
                _isStarting = false;
            }
            else
            {
                _free++;
            }

            while (_calls.Count == 0)
            {
                if (!Monitor.Wait(_gate, idleTime) && _calls.Count == 0)
                {
                    _free--;
                    _threads--;
                    return null;
                }
            }

            IThreadPoolWorkItem call = _calls.Dequeue();
            StartIfNeeded();
            return call;
        }
    }
}
