using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Mprpc.CompilerServices;
using Mprpc.Scheduling;
using Mprpc.Transports;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <summary>
/// Sends whole messages over one connection; a thread that finds none sending sends, also what others bring meanwhile. Nothing here waits for the peer to read.
/// </summary>
/// <remarks>Safe for concurrent use. The lock is never held across a write to the transport.</remarks>
internal sealed partial class MessageOutput(
    PipeWriter transport, MprpcSerializerOptions serializer, Action<Exception?> onFailed, Lock? gate = null, RunningCalls? running = null)
{
    // Above this, callers wait until the peer has read: their requests would only pile up here.
    private const int CongestedAt = 1024 * 1024;

    private const int PieceSize = 64 * 1024;

    // What others bring is told in steps: small answers need not tell each. The first while a write waits for the peer, the second while one is under way or a
    // batch is collected.
    private const int ToldStep = 4 * 1024;
    private const int ToldStepWhileSending = 32 * 1024;

    // After so many sends a thread that came with one message of its own does not go on sending for others.
    private const int MaxSendsForOthers = 16;

    private readonly Lock _gate = gate ?? new Lock();
    private readonly BatchPipeWriter? _batchTransport = transport as BatchPipeWriter;
    private MprpcWriter? _waiting;          // whole messages for whatever thread sends
    private int _waitingAnswers;            // how many bytes of them are answers
    private MprpcWriter? _spare;
    private TaskCompletionSource? _sent;    // completes when nothing waits any more
    private TaskCompletionSource? _taken;   // completes when what waits is being sent
    private bool _isBusy;                   // a thread sends, or the read loop collects a batch
    private bool _isBlocked;                // a write waits for the peer to read
    private long _blockedAnswers;           // how many bytes of answers that write has still to send
    private long _told;
    private bool _isFinishing;
    private bool _isClosed;

    /// <summary>Whether a write is under way, waiting for the peer to read.</summary>
    public bool IsWriting { get; private set; }

    /// <summary>Counts the writes, so that it can be seen whether they go on.</summary>
    public int Writes { get; private set; }

    /// <summary>Whether so much waits that callers should wait for <see cref="WaitForRoomAsync"/>.</summary>
    public bool IsCongested => _waiting?.Length > CongestedAt;

    /// <summary>Whether nothing is sent any more.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>Makes others leave their messages here until <see cref="SendBatch"/>, so that all go out in one send.</summary>
    /// <returns>False if a thread is sending already.</returns>
    public bool TryHold()
    {
        lock (_gate)
        {
            bool isFree = !_isBusy;
            _isBusy = true;
            return isFree;
        }
    }

    /// <summary>Sends a batch of answers and all that waits, or leaves the batch to the thread that sends.</summary>
    /// <param name="batch">Whole messages, or null; belongs to the output from here on.</param>
    /// <param name="isHeld">Whether the caller holds the output.</param>
    public void SendBatch(MprpcWriter? batch, bool isHeld)
    {
        Outgoing sent = new(batch);
        int answers = batch?.Length ?? 0;

        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            if (!isHeld && _isBusy)
            {
                if (batch is not null)
                {
                    Append(batch, answers);
                }

                return;
            }

            _isBusy = true;

            if (batch is null)
            {
                sent = TakeWaiting(out answers);

                if (sent.IsNone)
                {
                    return;
                }
            }
            else if (_waiting is not null)
            {
                batch.WriteEncoded(_waiting.WrittenSpan);
                answers += _waitingAnswers;
                _waiting.Clear();
                (_spare, _waiting, _waitingAnswers) = (_waiting, null, 0);
                Tell(0);
                TellTaken();
            }
        }

        Start(sent, answers, isOwn: batch is null);
    }

    /// <summary>Sends one whole message, now or with what is being sent.</summary>
    /// <param name="message">The message; belongs to the output from here on.</param>
    /// <param name="isAnswer">Whether it answers a call of the peer, which can be told to bring no more.</param>
    /// <returns>False if the connection is closed and nothing was sent.</returns>
    public bool TrySend(MprpcWriter message, bool isAnswer = false)
    {
        int answers = isAnswer ? message.Length : 0;

        lock (_gate)
        {
            if (_isClosed || _isFinishing)
            {
                return false;
            }

            if (_isBusy)
            {
                Append(message, answers);
                return true;
            }

            _isBusy = true;
        }

        Start(new Outgoing(message), answers, isOwn: false);
        return true;
    }

    /// <summary>Sends a notification of the protocol's own, of which nobody needs to know whether it was sent.</summary>
    /// <param name="notification">Method and params, with room for the head; belongs to the output from here on.</param>
    public void Notify(MprpcWriter notification)
    {
        RequestWriter.PrependNotificationHead(notification);

        if (!TrySend(notification))
        {
            MprpcWriter.Return(notification);
        }
    }

    /// <summary>Sends the request of a call, which gets its msgid under the same lock: one lock a call in place of two.</summary>
    /// <param name="call">The call.</param>
    /// <param name="request">Its method and arguments; belongs to the output from here on.</param>
    /// <param name="requests">Where the call waits for its answer; made with the output's own lock.</param>
    /// <returns>False if the connection is closed, or takes no more calls: nothing was sent.</returns>
    public bool TrySend(PendingCall call, MprpcWriter request, InFlightRequests requests)
    {
        lock (_gate)
        {
            if (_isClosed || _isFinishing || !requests.TryAddUnderLock(call))
            {
                return false;
            }

            RequestWriter.PrependRequestHead(request, call.MessageId);

            if (_isBusy)
            {
                Append(request, answers: 0);
                return true;
            }

            _isBusy = true;
        }

        Start(new Outgoing(request), answers: 0, isOwn: false);
        return true;
    }

    /// <summary>Completes when all that was given so far is sent, or the connection is closed.</summary>
    public Task WaitUntilSentAsync()
    {
        lock (_gate)
        {
            return _isBusy && !_isClosed ? Signal(ref _sent) : Task.CompletedTask;
        }
    }

    /// <summary>Completes when the output is not congested any more; at the next send, however much others bring meanwhile.</summary>
    /// <param name="above">How many bytes have to wait for it to be.</param>
    public Task WaitForRoomAsync(int above = CongestedAt)
    {
        lock (_gate)
        {
            return _waiting?.Length > above && !_isClosed ? Signal(ref _taken) : Task.CompletedTask;
        }
    }

    /// <summary>Takes no more messages, and completes when all are sent or the connection is closed.</summary>
    public Task FinishAsync()
    {
        lock (_gate)
        {
            _isFinishing = true;
        }

        return WaitUntilSentAsync();
    }

    /// <summary>Drops what waits and refuses what comes.</summary>
    public void Close()
    {
        TaskCompletionSource? sent;

        lock (_gate)
        {
            _isClosed = true;
            _waiting = null;
            _waitingAnswers = 0;
            _spare = null;
            _isBlocked = false;
            DropShared();
            Tell(0);
            TellTaken();
            (sent, _sent) = (_sent, null);
        }

        sent?.TrySetResult();
    }

    private static Task Signal(ref TaskCompletionSource? signal)
        => (signal ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Under the lock: where messages go that wait.</summary>
    private MprpcWriter BeginWaiting()
    {
        if (_waiting is null)
        {
            _waiting = _spare ?? new MprpcWriter();
            _spare = null;
            _waiting.Serializer = serializer;
        }

        return _waiting;
    }

    /// <summary>Under the lock.</summary>
    private void Append(MprpcWriter message, int answers)
    {
        BeginWaiting().WriteEncoded(message.WrittenSpan);
        _waitingAnswers += answers;
        MprpcWriter.Return(message);

        if (_blockedAnswers + _waitingAnswers >= _told + (_isBlocked ? ToldStep : ToldStepWhileSending))
        {
            Tell(_blockedAnswers + _waitingAnswers);
        }
    }

    private void Start(Outgoing messages, int answers, bool isOwn, bool isForOthers = false)
    {
        ValueTask sending = SendAllAsync(messages, answers, isOwn, isForOthers);      // owned: a failure ends the connection, which fails what waits on it
        _ = sending;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAllAsync(Outgoing next, int answers, bool isOwn, bool isForOthers)
    {
        int sends = 0;

        try
        {
            while (!next.IsNone)
            {
                int length = next.Length;

                // In pieces, so that a large message to a slow peer is seen to go on.
                for (ReadOnlyMemory<byte> rest = next.Memory; rest.Length > 0; rest = rest[Math.Min(rest.Length, PieceSize)..])
                {
                    Writes++;
                    ReadOnlyMemory<byte> piece = rest[..Math.Min(rest.Length, PieceSize)];
                    ValueTask<FlushResult> writing = _batchTransport is null
                        ? transport.WriteAsync(piece)
                        : _batchTransport.WriteAsync(piece, isLast: piece.Length == rest.Length);

                    if (!writing.IsCompleted)
                    {
                        OnBlocked((long)answers * rest.Length / length, rest.Length);
                        IsWriting = true;
                    }

                    FlushResult flushed = await writing.ConfigureAwait(false);
                    IsWriting = false;
                    running?.OnTaken(piece.Length);

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
                    next = TakeWaiting(out answers);
                }

                if (!next.IsNone && !isForOthers && ++sends == MaxSendsForOthers)
                {
                    BlockingThreads.Shared.Run(new SendingForOthers(this, next, answers));
                    return;
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
        Close();        // whatever waits until all is sent would wait for ever
        onFailed(exception);
    }

    /// <summary>Under the lock: what waits, or nothing, and nothing is being sent any more.</summary>
    private Outgoing TakeWaiting(out int answers)
    {
        Outgoing waiting = _isClosed ? default : TakeShared() is { } shared ? new Outgoing(shared) : new Outgoing(_waiting);
        answers = 0;

        if (waiting.Shared is null)
        {
            (answers, _waiting, _waitingAnswers) = (_waitingAnswers, null, 0);
            TellTaken();
        }

        if (waiting.IsNone)
        {
            _isBusy = false;
            _sent?.TrySetResult();
            _sent = null;
        }

        _unsentPart = waiting.Length;
        _blockedAnswers = _isBlocked ? answers : 0;
        _isBlocked &= !waiting.IsNone;
        Tell(_blockedAnswers + _waitingAnswers);
        return waiting;
    }

    /// <summary>A write waits for the peer to read.</summary>
    private void OnBlocked(long answers, int unsent)
    {
        lock (_gate)
        {
            _unsentPart = unsent;

            if (!_isClosed)
            {
                _isBlocked = true;
                _blockedAnswers = answers;
                Tell(answers + _waitingAnswers);
            }
        }
    }

    /// <summary>Under the lock, so that what is told last is what counts.</summary>
    private void Tell(long unsent)
    {
        if (unsent != _told)
        {
            _told = unsent;
            running?.SetUnsent(unsent);
        }
    }

    private void TellTaken()
    {
        _taken?.TrySetResult();
        _taken = null;
    }

    /// <summary>Goes on sending in place of a thread that came with one message of its own.</summary>
    private sealed class SendingForOthers(MessageOutput output, Outgoing messages, int answers) : IThreadPoolWorkItem
    {
        public void Execute() => output.Start(messages, answers, isOwn: true, isForOthers: true);
    }
}
