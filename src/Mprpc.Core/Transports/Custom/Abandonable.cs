using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Mprpc.Transports.Custom;

/// <summary>Waits for what may never end, until that is given up. One wait at a time, without an allocation.</summary>
/// <typeparam name="T">What it ends with.</typeparam>
internal sealed class Abandonable<T> : IValueTaskSource<T>
{
    private readonly Lock _gate = new();
    private readonly Action _onEnded;
    private readonly Action _onLate;
    private ManualResetValueTaskSourceCore<T> _source;
    private ConfiguredValueTaskAwaitable<T>.ConfiguredValueTaskAwaiter _pending;
    private bool _isPending;
    private bool _isWaited;
    private bool _wasAbandoned;

    /// <param name="onLate">Called when what was given up has ended after all. It does not throw.</param>
    public Abandonable(Action onLate)
    {
        _onEnded = OnEnded;
        _onLate = onLate;
    }

    /// <summary>Whether what was waited for last has not ended yet, given up or not.</summary>
    public bool IsPending
    {
        get
        {
            lock (_gate)
            {
                return _isPending;
            }
        }
    }

    /// <summary>Whether the last wait was given up.</summary>
    public bool WasAbandoned
    {
        get
        {
            lock (_gate)
            {
                return _wasAbandoned;
            }
        }
    }

    /// <summary>Waits for one that has not ended; not before the last has.</summary>
    public ValueTask<T> WaitAsync(ValueTask<T> pending)
    {
        ValueTask<T> waiting;

        lock (_gate)
        {
            _isPending = true;
            _isWaited = true;
            _wasAbandoned = false;
            _source.Reset();
            _source.RunContinuationsAsynchronously = false;
            waiting = new ValueTask<T>(this, _source.Version);
        }

        _pending = pending.ConfigureAwait(false).GetAwaiter();
        _pending.UnsafeOnCompleted(_onEnded);
        return waiting;
    }

    /// <summary>Ends the wait, if there is one.</summary>
    public void Abandon(T result)
    {
        if (TryEndWait())
        {
            // On another thread: the one that gives up has other things to do.
            _source.RunContinuationsAsynchronously = true;
            _source.SetResult(result);
        }
    }

    /// <summary>Ends the wait, if there is one.</summary>
    public void Abandon(Exception reason)
    {
        if (TryEndWait())
        {
            _source.RunContinuationsAsynchronously = true;
            _source.SetException(reason);
        }
    }

    T IValueTaskSource<T>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _source.OnCompleted(continuation, state, token, flags);

    private void OnEnded()
    {
        T? result = default;
        Exception? failure = null;

        try
        {
            result = _pending.GetResult();
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        bool isWaited;

        lock (_gate)
        {
            _isPending = false;
            isWaited = _isWaited;
            _isWaited = false;
        }

        if (!isWaited)
        {
            _onLate();
        }
        else if (failure is null)
        {
            _source.SetResult(result!);
        }
        else
        {
            _source.SetException(failure);
        }
    }

    private bool TryEndWait()
    {
        lock (_gate)
        {
            bool isWaited = _isWaited;
            _isWaited = false;
            _wasAbandoned |= isWaited;
            return isWaited;
        }
    }
}
