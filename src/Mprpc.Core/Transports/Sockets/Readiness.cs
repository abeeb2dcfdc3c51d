using System.Threading.Tasks.Sources;

namespace Mprpc.Transports.Sockets;

/// <summary>Whether a socket is worth a try, to read or to write: one waits for it, the poller says so.</summary>
/// <remarks>
/// What it says may be out of date: who has waited tries, and waits again where nothing comes of it. Safe for any number who say so, and one who waits.
/// </remarks>
internal sealed class Readiness(bool isReady) : IValueTaskSource
{
    private const int No = 0;
    private const int Yes = 1;
    private const int Awaited = 2;

    private ManualResetValueTaskSourceCore<bool> _core;
    private int _state = isReady ? Yes : No;

    /// <summary>Completes when it is worth a try; at once where it has become so since the last time.</summary>
    public ValueTask WaitAsync()
    {
        if (Interlocked.CompareExchange(ref _state, No, Yes) == Yes)
        {
            return ValueTask.CompletedTask;
        }

        _core.Reset();

        if (Interlocked.CompareExchange(ref _state, Awaited, No) == No)
        {
            return new ValueTask(this, _core.Version);
        }

        // It has become so in between.
        Volatile.Write(ref _state, No);
        return ValueTask.CompletedTask;
    }

    /// <summary>It is worth a try; who waits goes on: on this thread, or on another.</summary>
    public void Set(bool onThisThread)
    {
        while (Volatile.Read(ref _state) is not Yes and int state)
        {
            if (Interlocked.CompareExchange(ref _state, state == Awaited ? No : Yes, state) != state)
            {
                continue;
            }

            if (state == Awaited)
            {
                _core.RunContinuationsAsynchronously = !onThisThread;
                _core.SetResult(true);
            }

            return;
        }
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _core.OnCompleted(continuation, state, token, flags);
}
