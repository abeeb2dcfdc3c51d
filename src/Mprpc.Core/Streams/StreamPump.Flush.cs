using System.Runtime.ExceptionServices;

namespace Mprpc.Streams;

/// <content>What the pump leaves to a flush while it waits for its source.</content>
internal sealed partial class StreamPump<T> : IThreadPoolWorkItem
{
    // How long items wait at most of a source that was fast, and is not back.
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(1);

    private readonly StreamSignal _flushed = new();
    private ItemBatch _left;        // under the lock: left to the flush
    private PumpFlush _flush;       // under the lock
    private Exception? _flushFailure;
    private bool _isFast;           // under the lock: the source is back at once, so that a flush had few items
    private ITimer? _delay;         // under the lock
    private bool _isOver;           // under the lock: the source has ended

    /// <summary>Sends what was left to the flush, and what is left while it sends.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        for (bool isFirst = true; TryTakeLeft(out ItemBatch left, isFirst); isFirst = false)
        {
            try
            {
                Send(ref left);
            }
            catch (Exception exception)
            {
                Volatile.Write(ref _flushFailure, exception);
            }
        }

        _flushed.Set();
    }

    /// <summary>Leaves what there is to a flush, while the source is waited for.</summary>
    private void Leave()
    {
        if (_batch.Count == 0)
        {
            return;
        }

        bool isQueued = false;

        lock (_gate)
        {
            (_left, _batch) = (_batch, default);
            _isFast = _pace.IsFast;

            if (_isFast && _flush == PumpFlush.None)
            {
                Delay();
            }
            else if (!_isFast && _flush is PumpFlush.None or PumpFlush.Delayed)
            {
                _flush = PumpFlush.Queued;
                isQueued = true;
            }
        }

        if (isQueued)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Under the lock: the flush comes if a fast source is not back in time.</summary>
    private void Delay()
    {
        _flush = PumpFlush.Delayed;

        if (_delay is null)
        {
            // It keeps nothing of the source's ambient state.
            using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            {
                _delay = TimeProvider.System.CreateTimer(
                    static pump => ((StreamPump<T>)pump!).OnDelay(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        _delay.Change(s_delay, Timeout.InfiniteTimeSpan);
    }

    private void OnDelay()
    {
        lock (_gate)
        {
            if (_flush != PumpFlush.Delayed)
            {
                return;
            }

            _flush = PumpFlush.Queued;
        }

        ((IThreadPoolWorkItem)this).Execute();
    }

    /// <summary>What is left from here on is the pump's to send.</summary>
    private void EndDelays()
    {
        lock (_gate)
        {
            _isOver = true;
            _delay?.Dispose();
        }
    }

    private bool TryTakeLeft(out ItemBatch left, bool isFirst)
    {
        lock (_gate)
        {
            if (!isFirst && _isFast && !_isOver && _left.Count > 0)
            {
                left = default;
                Delay();        // few items, and the pump is about to send them with others
                return false;
            }

            (left, _left) = (_left, default);
            _flush = left.Count > 0 ? PumpFlush.Sending : PumpFlush.None;
            return left.Count > 0;
        }
    }

    /// <summary>Takes back what the flush has not taken.</summary>
    private void TakeBack()
    {
        lock (_gate)
        {
            (_batch, _left) = (_left, default);
        }
    }

    /// <summary>The same, and waits until the flush has sent what it has taken.</summary>
    private ValueTask TakeBackAsync()
    {
        if (_batch.Count == 0)
        {
            TakeBack();
        }

        return FlushedAsync();
    }

    private async ValueTask FlushedAsync()
    {
        await WaitForFlushAsync().ConfigureAwait(false);

        if (_flushFailure is { } failure)
        {
            _flushFailure = null;
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private async ValueTask WaitForFlushAsync()
    {
        while (IsFlushing)
        {
            await _flushed.WaitAsync().ConfigureAwait(false);
        }
    }

    private bool IsFlushing
    {
        get
        {
            lock (_gate)
            {
                return _flush == PumpFlush.Sending;
            }
        }
    }
}
