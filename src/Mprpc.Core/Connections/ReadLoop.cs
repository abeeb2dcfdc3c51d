using System.Diagnostics;
using System.IO.Pipelines;
using Mprpc.CompilerServices;
using Mprpc.Scheduling;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <summary>
/// Reads a connection's bytes, cuts them into messages and hands each to the connection. Reading never waits for writing (docs/protocol.md 6.4).
/// </summary>
/// <remarks>
/// Answers and control messages are handled as they come, whatever else waits. Requests that find no room are set aside up to a bound; beyond it nothing is
/// read until there is room. User code (a service's method, the continuation of a call) runs right on this loop, which saves a hop between threads per call.
/// Code that holds the loop up is no danger: the <see cref="StallGuard"/> notices, another thread takes the loop over at the next message, and the thread that
/// returns from the user code finds that its <see cref="Baton"/> is gone.
/// </remarks>
internal sealed partial class ReadLoop : UserCodeLoop, IStallable
{
    // A larger batch gains nothing: it is written in pieces of this size anyway.
    private const int MaxBatch = 64 * 1024;

    // So that the peer has something to do while the rest is handled. It is counted in small messages, of which a send costs as much as a few dozen; of larger
    // ones, each so many bytes are about as much work.
    private const int MaxWork = 512;
    private const int BytesOfWork = 32;

    private readonly RpcConnection _connection;
    private readonly PipeReader _input;
    private readonly StallGuard _guard;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // What this run works on. The fields outlive a thread that is held up.
    private FrameScanner _scanner;
    private ReceivedBytes _received;
    private ParkedRequests _parked;
    private bool _hasRead;              // the transport's buffers are in use
    private bool _isBlocked;            // the message at hand may not be set aside either
    private bool _readsToTheEnd;        // the transport has ended: no more can come than there is
    private bool _lastRead;
    private Task<ReadResult>? _ahead;   // a read that was begun while requests wait for room
    private MprpcWriter? _batch;
    private bool _holdsOutput;
    private int _work;                  // since something was sent
    private int _looks;                 // of the guard, when the batch was begun
    private CallControl? _spareControl;

    public ReadLoop(RpcConnection connection, PipeReader input, int maxMessageSize, int maxDepth)
    {
        _connection = connection;
        _input = input;
        _scanner = new FrameScanner(maxMessageSize, maxDepth);
        _guard = new StallGuard(this);
    }

    /// <summary>Whether messages are being handled; false while the loop waits.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Whether nothing more is read.</summary>
    public bool HasEnded => _ended.Task.IsCompleted;

    /// <summary>Whether the loop waits for the peer's bytes.</summary>
    public bool IsReading { get; private set; }

    /// <summary>Whether the peer has ended its side.</summary>
    public bool PeerHasFinished { get; private set; }

    /// <summary>Whether this side has ended the reading: a socket that is read no more looks as if its peer had finished.</summary>
    public bool WasStopped { get; private set; }

    /// <summary>Whether nothing is read, not even to notice the connection's loss: the peer goes on sending while it may not call.</summary>
    public bool IsDeaf { get; private set; }

    /// <summary>Whether requests wait for room.</summary>
    public bool HasParked => !_parked.IsEmpty || _isBlocked;

    /// <summary>Counts the reads.</summary>
    public int Reads { get; private set; }

    /// <summary>Whether the peer has sent anything at all.</summary>
    public bool HasReceived { get; private set; }

    /// <summary>When the message at hand was read, as a timestamp, if it was set aside and counts its time; else 0: just now.</summary>
    public long ReadAt { get; private set; }

    /// <summary>
    /// When the message at hand began to be handled, as a timestamp: one's end is the next one's beginning. 0: nobody measures, which is asked once a read.
    /// </summary>
    public long Now { get; set; }

    /// <summary>How many bytes there are of a message that is not all there yet.</summary>
    public int PartialLength => _received.PartialLength;

    /// <summary>Counts the messages that were not all there at once.</summary>
    public int PartialNumber => _received.PartialNumber;

    /// <summary>Where answers go that are written on the loop; sent together when all that was read is handled.</summary>
    public MprpcWriter Batch => _batch ??= MprpcWriter.Rent(_connection.Serializer);

    /// <summary>Keeps what is left of a call that came with a deadline, for the next such call.</summary>
    public void KeepControl(CallControl ended) => Volatile.Write(ref _spareControl, ended);

    /// <summary>Takes what is left of an earlier call; null: there is none. May be called by any thread.</summary>
    public CallControl? TakeControl() => _spareControl is null ? null : Interlocked.Exchange(ref _spareControl, null);

    /// <summary>Runs until the peer sends no more, or the loop is told to stop.</summary>
    /// <exception cref="MprpcProtocolException">The peer broke the protocol.</exception>
    public Task RunAsync()
    {
        Context = ExecutionContext.Capture();
        _ = RunAsync(Baton.Holder, resumed: false);
        return _ended.Task;
    }

    /// <summary>Handles what has been received, then ends.</summary>
    public void Stop() => _input.CancelPendingRead();

    /// <summary>To be used by whatever thread: the next message that is looked at goes by it.</summary>
    public void ChangeMaxMessageSize(int bytes) => _scanner.MaxSize = bytes;

    private async Task RunAsync(int holder, bool resumed)
    {
        try
        {
            while (true)
            {
                if (resumed)
                {
                    resumed = false;
                }
                else if (_parked.IsEmpty && !_isBlocked)
                {
                    IsReading = true;
                    ReadResult read = _ahead is null ? await _input.ReadAsync().ConfigureAwait(false) : await _ahead.ConfigureAwait(false);
                    IsReading = false;
                    Begin(read);
                }
                else
                {
                    await WaitForRoomAsync().ConfigureAwait(false);
                }

                if (!HandleMessages(holder))
                {
                    return;     // another thread has the loop
                }

                Send();
                IsBusy = false;
                ForgetCall();
                _parked.Trim();

                if (_hasRead && !_isBlocked)
                {
                    _hasRead = false;
                    _received.Release();
                    _input.AdvanceTo(_received.End);
                }

                if (_lastRead && _parked.IsEmpty && !_isBlocked)
                {
                    _received.Clear();
                    _ended.TrySetResult();
                    return;
                }
            }
        }
        catch (Exception exception)
        {
            // If this thread has lost the loop, what it has run has thrown after that: its own affair, and not the end of the connection.
            if (Baton.IsHeldBy(holder))
            {
                await EndAsync(exception).ConfigureAwait(false);
            }
            else
            {
                _connection.OnStrayFailure(exception);
            }
        }
    }

    /// <summary>A loop that waits keeps no call: neither what its application keeps by the token, nor the bytes of its metadata.</summary>
    private void ForgetCall()
    {
        if (Occupant is CallControl)
        {
            Occupant = null;
            Baton.Forget();
        }
    }

    private void Begin(ReadResult read)
    {
        _ahead = null;
        Reads++;
        _lastRead = read.IsCompleted || read.IsCanceled;
        PeerHasFinished |= read.IsCompleted;
        WasStopped |= read.IsCanceled;
        HasReceived |= !read.Buffer.IsEmpty;
        HoldOutput();
        _hasRead = true;
        _received.Begin(read.Buffer, _scanner.AtLeast);
    }

    private void HoldOutput()
    {
        IsBusy = true;
        _holdsOutput = _connection.Output.TryHold();    // its lock is also the fence between IsBusy and the guard's check of it
        _looks = _guard.Looks;
        _guard.Watch();
        Now = _connection.Telemetry?.Begin() ?? 0;
    }

    /// <summary>Handles what was set aside as far as there is room, then what has come.</summary>
    /// <returns>False if another thread has the loop: this one must not touch it again.</returns>
    private bool HandleMessages(int holder)
    {
        if (!_parked.IsEmpty && !HandleParked(holder))
        {
            return false;
        }

        do
        {
            ReadOnlyMemory<byte> memory = _received.Source;
            ReadOnlySpan<byte> source = memory.Span;
            int position = _received.Position;

            while (position < source.Length)
            {
                SendIfDue();
                bool isHeadRead = MessageHead.TryReadUsual(_scanner.IsAtStart ? source[position..] : default, out MessageHead head);

                if (isHeadRead)
                {
                    _scanner.Skip(head.BodyStart, head.ValuesLeft);
                }

                FrameStatus status = _scanner.Scan(source[position..], out int length);

                if (status != FrameStatus.Complete)
                {
                    if (status != FrameStatus.NeedMore)
                    {
                        throw _connection.Violation(status);
                    }

                    break;
                }

                ReadOnlyMemory<byte> message = memory.Slice(position, length);

                if (!isHeadRead && !MessageHead.TryRead(message.Span, out head))
                {
                    throw ForeignBytes.Refuse(source[position..]);
                }

                if (head.Kind != MessageKind.Response && (!_parked.IsEmpty || _connection.RunningCalls.IsFull) && !_connection.GoesAhead(head))
                {
                    if (!SetAside(message.Span, head))
                    {
                        _isBlocked = true;
                        return true;
                    }

                    position += length;
                    _received.Position = position;
                    continue;
                }

                _work += 1 + (length / BytesOfWork);
                position += length;
                _received.Position = position;
                _connection.Handle(message, head, this);

                if (!Baton.IsHeldBy(holder))
                {
                    return false;
                }

                if (Now != 0 && head.Kind == MessageKind.Response)
                {
                    Now = _connection.Telemetry!.Now;       // what awaited the response is no part of the next call
                }
            }

            _received.KeepRest(_scanner.AtLeast);
        }
        while (_received.TryTakeSegment(_scanner.AtLeast));

        _isBlocked = false;
        return true;
    }

    private bool HandleParked(int holder)
    {
        while (!_parked.IsEmpty && !_connection.RunningCalls.IsFull)
        {
            SendIfDue();
            ReadOnlyMemory<byte> message = _parked.Take();
            bool isMessage = MessageHead.TryRead(message.Span, out MessageHead head);
            Debug.Assert(isMessage, "It was read when it was set aside.");
            _work += 1 + (message.Length / BytesOfWork);

            ReadAt = CountsItsTime(head) ? _parked.TakeReadAt() : 0;

            if (head.Kind == MessageKind.Request && _cancelled.Take(head.MessageId, _parked.Taken - 1))
            {
                _connection.AnswerCancelled(head, this);
            }
            else
            {
                _connection.Handle(message, head, this);
            }

            if (!Baton.IsHeldBy(holder))
            {
                return false;
            }
        }

        ReadAt = 0;

        if (_parked.IsEmpty)
        {
            _cancelled.Clear();
            _connection.OnNoneParked();
        }

        return true;
    }

    /// <summary>
    /// Small requests may have large answers, and methods take their time: what is ready is sent when it is much, or after some ten milliseconds.
    /// </summary>
    private void SendIfDue()
    {
        if (_work >= MaxWork || _batch?.Length > MaxBatch || _looks != _guard.Looks)
        {
            Send();
            HoldOutput();
        }
    }

    /// <summary>Sends what is ready. It never waits: what the transport does not take now is sent beside the reading.</summary>
    private void Send()
    {
        MprpcWriter? batch = _batch;
        _batch = null;
        _work = 0;
        bool isHeld = _holdsOutput;
        _holdsOutput = false;
        _connection.Output.SendBatch(batch, isHeld);
    }

    private async Task EndAsync(Exception reason)
    {
        // Requests before the one that broke the protocol have their answers in the batch.
        Send();
        IsBusy = false;

        if (_ahead is not null)
        {
            // The transport must not be completed while it reads for us.
            _input.CancelPendingRead();
            await ((Task)_ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _received.Clear();
        _parked.Clear();
        _ended.TrySetException(reason);
    }
}
