using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Mprpc.Messages;

namespace Mprpc.Connections;

/// <summary>Sends whole messages over one connection; whoever finds nobody sending sends, also what others bring meanwhile.</summary>
/// <remarks>Safe for concurrent use. The lock is never held across a write to the transport.</remarks>
internal sealed class MessageOutput(PipeWriter transport, MprpcSerializerOptions serializer, Action<Exception?> onFailed, Lock? gate = null)
{
    // Above this, callers wait until the peer has read: their requests would only pile up here.
    private const int CongestedAt = 1024 * 1024;

    private const int PieceSize = 64 * 1024;

    private readonly Lock _gate = gate ?? new Lock();
    private readonly BatchPipeWriter? _batchTransport = transport as BatchPipeWriter;
    private MprpcWriter? _waiting;          // whole messages for whoever sends
    private MprpcWriter? _spare;
    private TaskCompletionSource? _sent;    // completes when nothing waits any more
    private bool _isBusy;                   // somebody sends, or the read loop collects a batch
    private bool _isClosed;

    /// <summary>Whether a write is under way, waiting for the peer to read.</summary>
    public bool IsWriting { get; private set; }

    /// <summary>Counts the writes, so that it can be seen whether they go on.</summary>
    public int Writes { get; private set; }

    /// <summary>Whether so much waits that callers should wait for <see cref="WaitUntilSentAsync"/>.</summary>
    public bool IsCongested => _waiting?.Length > CongestedAt;

    /// <summary>Makes others leave their messages here until <see cref="SendBatchAsync"/>, so that all go out in one send.</summary>
    /// <returns>False where somebody is sending already.</returns>
    public bool TryHold()
    {
        lock (_gate)
        {
            bool isFree = !_isBusy;
            _isBusy = true;
            return isFree;
        }
    }

    /// <summary>Sends a batch and all that waits; completes when it is sent, so that a peer that does not read is not read from either.</summary>
    /// <param name="batch">Whole messages, or null; belongs to the output from here on.</param>
    /// <param name="isHeld">Whether the caller holds the output.</param>
    public ValueTask SendBatchAsync(MprpcWriter? batch, bool isHeld)
    {
        bool isOwn = batch is null;

        lock (_gate)
        {
            if (_isClosed)
            {
                return ValueTask.CompletedTask;
            }

            if (!isHeld && _isBusy)
            {
                return LeaveToSender(batch);
            }

            _isBusy = true;

            if (batch is null)
            {
                batch = TakeWaiting();

                if (batch is null)
                {
                    return ValueTask.CompletedTask;
                }
            }
            else if (_waiting is not null)
            {
                batch.WriteEncoded(_waiting.WrittenSpan);
                _waiting.Clear();
                (_spare, _waiting) = (_waiting, null);
            }
        }

        return SendAllAsync(batch, isOwn);
    }

    /// <summary>Sends one whole message, now or with what is being sent.</summary>
    /// <param name="message">The message; belongs to the output from here on.</param>
    /// <returns>False where the connection is closed and nothing was sent.</returns>
    public bool TrySend(MprpcWriter message)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            if (_isBusy)
            {
                Append(message);
                return true;
            }

            _isBusy = true;
        }

        ValueTask sending = SendAllAsync(message, isOwn: false);      // a failure ends the connection, which fails what waits on it
        _ = sending;
        return true;
    }

    /// <summary>Sends the request of a call, which gets its msgid under the same lock: one lock a call in place of two.</summary>
    /// <param name="call">The call.</param>
    /// <param name="request">Its method and arguments; belongs to the output from here on.</param>
    /// <param name="requests">Where the call waits for its answer; made with the output's own lock.</param>
    /// <returns>False where the connection is closed, or takes no more calls: nothing was sent.</returns>
    public bool TrySend(PendingCall call, MprpcWriter request, InFlightRequests requests)
    {
        lock (_gate)
        {
            if (_isClosed || !requests.TryAddUnderLock(call))
            {
                return false;
            }

            RequestWriter.PrependRequestHead(request, call.MessageId);

            if (_isBusy)
            {
                Append(request);
                return true;
            }

            _isBusy = true;
        }

        ValueTask sending = SendAllAsync(request, isOwn: false);
        _ = sending;
        return true;
    }

    /// <summary>Completes when all that was given so far is sent, or the connection is closed.</summary>
    public Task WaitUntilSentAsync()
    {
        lock (_gate)
        {
            return _isBusy && !_isClosed ? SentSignal() : Task.CompletedTask;
        }
    }

    /// <summary>Drops what waits and refuses what comes.</summary>
    public void Close()
    {
        TaskCompletionSource? sent;

        lock (_gate)
        {
            _isClosed = true;
            _waiting = null;
            _spare = null;
            (sent, _sent) = (_sent, null);
        }

        sent?.TrySetResult();
    }

    private ValueTask LeaveToSender(MprpcWriter? batch)
    {
        if (batch is null)
        {
            return ValueTask.CompletedTask;
        }

        Append(batch);
        return new ValueTask(SentSignal());
    }

    private void Append(MprpcWriter message)
    {
        if (_waiting is null)
        {
            _waiting = _spare ?? new MprpcWriter();
            _spare = null;
            _waiting.Serializer = serializer;
        }

        _waiting.WriteEncoded(message.WrittenSpan);
        MprpcWriter.Return(message);
    }

    private Task SentSignal() => (_sent ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAllAsync(MprpcWriter messages, bool isOwn)
    {
        MprpcWriter? next = messages;

        try
        {
            while (next is not null)
            {
                // In pieces, so that a large message to a slow peer is seen to go on.
                for (ReadOnlyMemory<byte> rest = next.WrittenMemory; rest.Length > 0; rest = rest[Math.Min(rest.Length, PieceSize)..])
                {
                    Writes++;
                    ReadOnlyMemory<byte> piece = rest[..Math.Min(rest.Length, PieceSize)];
                    ValueTask<FlushResult> writing = _batchTransport is null ? transport.WriteAsync(piece) : _batchTransport.WriteAsync(piece, isLast: piece.Length == rest.Length);
                    IsWriting = !writing.IsCompleted;
                    FlushResult flushed = await writing.ConfigureAwait(false);
                    IsWriting = false;

                    if (flushed.IsCompleted)
                    {
                        Fail(null);
                        return;
                    }
                }

                Recycle(next, isOwn);
                isOwn = true;

                lock (_gate)
                {
                    next = TakeWaiting();
                }
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private void Fail(Exception? exception)
    {
        onFailed(exception);
        Close();        // whoever waits until all is sent would wait for ever
    }

    private void Recycle(MprpcWriter writer, bool isOwn)
    {
        if (!isOwn)
        {
            MprpcWriter.Return(writer);
            return;
        }

        writer.Clear();
        writer.Trim();

        lock (_gate)
        {
            _spare ??= writer;
        }
    }

    /// <summary>Under the lock: what waits, or null and nobody sends any more.</summary>
    private MprpcWriter? TakeWaiting()
    {
        MprpcWriter? waiting = _isClosed ? null : _waiting;
        _waiting = null;

        if (waiting is null)
        {
            _isBusy = false;
            _sent?.TrySetResult();
            _sent = null;
        }

        return waiting;
    }
}
