using System.IO.Pipelines;

namespace Mprpc.Transports.Custom;

/// <summary>Writes to the application's transport. Its end never waits for a write that the transport cannot end.</summary>
internal sealed class GuardedOutput : DirectPipeWriter
{
    private readonly PipeWriter _inner;
    private readonly Action<Exception> _onFailed;
    private readonly Abandonable<FlushResult> _writes;
    private volatile Exception? _aborted;
    private volatile bool _isCompleted;
    private int _isInnerCompleted;

    /// <param name="inner">The transport's.</param>
    /// <param name="onFailed">Told what it throws at its end.</param>
    public GuardedOutput(PipeWriter inner, Action<Exception> onFailed)
    {
        _inner = inner;
        _onFailed = onFailed;
        _writes = new Abandonable<FlushResult>(OnLate);
    }

    /// <summary>Whether a write has not ended.</summary>
    public bool IsWriting => _writes.IsPending;

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (_aborted is { } aborted)
        {
            return ValueTask.FromException<FlushResult>(aborted);
        }

        ValueTask<FlushResult> writing = _inner.WriteAsync(source, cancellationToken);

        if (writing.IsCompleted)
        {
            return writing;
        }

        ValueTask<FlushResult> waiting = _writes.WaitAsync(writing);

        if (_aborted is { } reason)
        {
            _writes.Abandon(reason);
        }

        return waiting;
    }

    /// <summary>Ends the writing at once: a pending write, and each further one, fails.</summary>
    public void Abort(Exception reason)
    {
        _aborted = reason;
        _writes.Abandon(reason);
    }

    public override void Complete(Exception? exception = null)
    {
        if (!BeginComplete())
        {
            return;
        }

        try
        {
            _inner.Complete(_aborted);
        }
        catch (Exception failure)
        {
            _onFailed(failure);
        }
    }

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        if (!BeginComplete())
        {
            return;
        }

        try
        {
            await _inner.CompleteAsync(_aborted).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            _onFailed(failure);
        }
    }

    /// <summary>Whether the writer is to be completed now; while a write has not ended, it is when it has.</summary>
    private bool BeginComplete()
    {
        _isCompleted = true;
        return !_writes.IsPending && Interlocked.Exchange(ref _isInnerCompleted, 1) == 0;
    }

    /// <summary>A write has ended that was given up.</summary>
    private void OnLate()
    {
        if (_isCompleted)
        {
            Complete();
        }
    }
}
