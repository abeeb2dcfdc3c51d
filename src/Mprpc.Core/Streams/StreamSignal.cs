using System.Threading.Tasks.Sources;

namespace Mprpc.Streams;

/// <summary>Wakes the one that waits for it; set before somebody waits, it wakes whoever waits next.</summary>
/// <remarks>
/// Any thread may set it, one at a time may wait, and allocates nothing. Who is woken looks again at what it has waited for: several sets may wake once, and
/// one that came late may wake for nothing.
/// </remarks>
internal sealed class StreamSignal : IValueTaskSource, IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int IsSet = 1;
    private const int IsAwaited = 2;

    private ManualResetValueTaskSourceCore<bool> _core;
    private int _state;

    /// <summary>Wakes the one that waits, on a thread of the pool.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref _state, IsSet) == IsAwaited)
        {
            // It looks again at everything, so that what others have set since is not lost with this.
            Interlocked.Exchange(ref _state, Idle);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        }
    }

    // The signal is its own work item: a source that schedules its continuation allocates one each time. Nobody waits anew before it has run.
    void IThreadPoolWorkItem.Execute() => _core.SetResult(true);

    /// <summary>Completes when it is set.</summary>
    public ValueTask WaitAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, IsSet) == IsSet)
        {
            return ValueTask.CompletedTask;
        }

        _core.Reset();
        short version = _core.Version;

        if (Interlocked.CompareExchange(ref _state, IsAwaited, Idle) != Idle)
        {
            // A plain write could come after what the waiter reads next, and undo a set that it has not seen.
            Interlocked.Exchange(ref _state, Idle);
            return ValueTask.CompletedTask;
        }

        return new ValueTask(this, version);
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _core.OnCompleted(continuation, state, token, flags);
}
