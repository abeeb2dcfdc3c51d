using System.Buffers;
using System.IO.Pipelines;

namespace Mprpc.Transports.Custom;

/// <summary>
/// Reads what the application's transport brings. Its end never waits for a read that the transport cannot end, as that of a file that is a terminal.
/// </summary>
/// <remarks>For the read loop alone: once the reading is ended, it stays so.</remarks>
internal sealed class GuardedInput : PipeReader
{
    private readonly PipeReader _inner;
    private readonly Action<Exception> _onFailed;
    private readonly Abandonable<ReadResult> _reads;
    private volatile bool _isEnded;
    private volatile Exception? _aborted;
    private volatile bool _isCompleted;
    private int _isInnerCompleted;
    private bool _hasResult;        // of the inner reader, not given back yet

    /// <param name="inner">The transport's.</param>
    /// <param name="onFailed">Told what it throws at its end.</param>
    public GuardedInput(PipeReader inner, Action<Exception> onFailed)
    {
        _inner = inner;
        _onFailed = onFailed;
        _reads = new Abandonable<ReadResult>(OnLate);
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_aborted is { } aborted)
        {
            return ValueTask.FromException<ReadResult>(aborted);
        }

        if (_isEnded)
        {
            // What has come already goes along.
            return new ValueTask<ReadResult>(TryRead(out ReadResult last) ? new ReadResult(last.Buffer, isCanceled: true, last.IsCompleted) : Canceled());
        }

        ValueTask<ReadResult> reading = _inner.ReadAsync(cancellationToken);
        _hasResult = true;

        if (reading.IsCompleted)
        {
            return reading;
        }

        ValueTask<ReadResult> waiting = _reads.WaitAsync(reading);

        // Ended meanwhile: nobody has found the wait.
        if (_aborted is { } reason)
        {
            _reads.Abandon(reason);
        }
        else if (_isEnded)
        {
            _reads.Abandon(Canceled());
        }

        return waiting;
    }

    public override bool TryRead(out ReadResult result)
    {
        result = default;

        if (_reads.WasAbandoned || !_inner.TryRead(out result))
        {
            return false;
        }

        _hasResult = true;
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        // What a read brings that was given up is never seen here.
        if (_hasResult && !_reads.WasAbandoned)
        {
            _hasResult = false;
            _inner.AdvanceTo(consumed, examined);
        }
    }

    /// <summary>Ends the reading.</summary>
    public override void CancelPendingRead()
    {
        _isEnded = true;
        _reads.Abandon(Canceled());
    }

    /// <summary>Ends the reading at once: a pending read, and each further one, fails.</summary>
    public void Abort(Exception reason)
    {
        _aborted = reason;
        _isEnded = true;
        _reads.Abandon(reason);
    }

    public override void Complete(Exception? exception = null)
    {
        _isCompleted = true;
        _isEnded = true;

        if (!_reads.IsPending)
        {
            CompleteInner();
            return;
        }

        // It may end by this; when it does, or by what comes later, the reader is completed.
        Try(_inner.CancelPendingRead);
    }

    private static ReadResult Canceled() => new(ReadOnlySequence<byte>.Empty, isCanceled: true, isCompleted: false);

    /// <summary>A read has ended that was given up.</summary>
    private void OnLate()
    {
        if (_isCompleted)
        {
            CompleteInner();
        }
    }

    private void CompleteInner()
    {
        if (Interlocked.Exchange(ref _isInnerCompleted, 1) == 0)
        {
            Try(() => _inner.Complete(_aborted));
        }
    }

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception)
        {
            _onFailed(exception);
        }
    }
}
