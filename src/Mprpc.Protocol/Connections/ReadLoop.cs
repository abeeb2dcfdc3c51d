using System.Diagnostics;
using System.IO.Pipelines;
using Mprpc.Dispatch;
using Mprpc.Framing;

namespace Mprpc.Connections;

/// <summary>Reads a connection's bytes, cuts them into messages and hands each to the connection, all that one read brought before anything is sent.</summary>
/// <remarks>
/// User code (a service's method, the continuation of a call) runs right on this loop, which saves a hop between threads per call. Code that holds the loop up is
/// no danger: the <see cref="StallGuard"/> notices, another thread takes the loop over at the next message, and the thread that returns from the user code finds that its
/// role is gone. The role is a number in <see cref="_state"/>, odd while user code runs, so that one compare-and-exchange decides who goes on.
/// </remarks>
internal sealed class ReadLoop : IStallable
{
    private const long InUserCode = 1;

    // Beyond this no more is read while the peer's calls wait for room: enough to notice the end of a peer that is in order, little for one that floods.
    private const int MostSetAside = 64 * 1024;

    // A larger batch gains nothing: it is written in pieces of this size anyway.
    private const int MostBatched = 64 * 1024;

    // So that the peer has something to do while the rest is handled. It is counted in small messages, of which a send costs as much as a few dozen; of larger ones, each so many bytes
    // are about as much work.
    private const int MostWork = 512;
    private const int BytesOfWork = 32;

    private readonly RpcConnection _connection;
    private readonly PipeReader _input;
    private readonly StallGuard _guard;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ExecutionContext? _context;

    // What this run works on. The fields outlive a thread that is held up.
    private FrameScanner _scanner;
    private ReceivedBytes _received;
    private bool _lastRead;
    private Task<ReadResult>? _ahead;   // a read that was begun before all of the last one was handled
    private MprpcWriter? _batch;
    private bool _holdsOutput;
    private int _work;                  // since something was sent

    private long _state;
    private long _progress;

    public ReadLoop(RpcConnection connection, PipeReader input, int maxMessageSize, int maxDepth)
    {
        _connection = connection;
        _input = input;
        _scanner = new FrameScanner(maxMessageSize, maxDepth);
        _guard = new StallGuard(this);
    }

    /// <summary>Identifies the present holder of the loop; to be read before user code and given to <see cref="LeaveUserCode"/>.</summary>
    public long Role => _state;

    /// <summary>Counts the entries into user code, so that the guard sees whether the loop moves.</summary>
    public long Progress => Volatile.Read(ref _progress);

    public bool IsInUserCode => (Volatile.Read(ref _state) & InUserCode) != 0;

    /// <summary>Whether messages are being handled; false while the loop waits for bytes.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Whether the loop waits for the peer's bytes.</summary>
    public bool IsReading { get; private set; }

    /// <summary>Whether the peer has ended its side.</summary>
    public bool PeerHasFinished { get; private set; }

    /// <summary>Whether nothing is read, not even to notice the connection's loss: the peer goes on sending while it may not call.</summary>
    public bool IsDeaf { get; private set; }

    /// <summary>Counts the reads.</summary>
    public int Reads { get; private set; }

    /// <summary>Whether the peer has sent anything at all.</summary>
    public bool HasReceived { get; private set; }

    /// <summary>How many bytes there are of a message that is not all there yet.</summary>
    public int PartialLength => _received.PartialLength;

    /// <summary>Counts the messages that were not all there at once.</summary>
    public int PartialNumber => _received.PartialNumber;

    /// <summary>The method that is running on the loop, or null.</summary>
    public RpcMethod? RunningMethod { get; set; }

    /// <summary>Where answers go that are written on the loop; sent together when all that was read is handled.</summary>
    public MprpcWriter Batch => _batch ??= MprpcWriter.Rent(_connection.Serializer);

    /// <summary>Runs until the peer sends no more, or the loop is told to stop.</summary>
    /// <exception cref="MprpcProtocolException">The peer broke the protocol.</exception>
    public Task RunAsync()
    {
        _context = ExecutionContext.Capture();
        _ = RunAsync(resumed: false);
        return _ended.Task;
    }

    /// <summary>Handles what has been received, then ends.</summary>
    public void Stop() => _input.CancelPendingRead();

    /// <summary>The message of this length that is being handled, and what has come behind it.</summary>
    public ReadOnlySpan<byte> ReceivedFrom(int length) => _received.Source.Span[(_received.Position - length)..];

    /// <summary>To be used by whatever thread: the next message that is looked at goes by it.</summary>
    public void ChangeMaxMessageSize(int bytes) => _scanner.MaxSize = bytes;

    public void EnterUserCode()
    {
        _progress++;
        Volatile.Write(ref _state, _state | InUserCode);
    }

    /// <summary>Returns whether the thread still holds the loop; else it must not touch the loop or its batch again.</summary>
    public bool LeaveUserCode(long role)
    {
        if (Interlocked.CompareExchange(ref _state, role, role | InUserCode) != (role | InUserCode))
        {
            return false;
        }

        // What user code has put into ambient state (AsyncLocal, culture, Activity) must not reach the next call.
        if (_context is not null && ExecutionContext.Capture() != _context)
        {
            ExecutionContext.Restore(_context);
        }

        return true;
    }

    /// <summary>Lets another thread go on with the loop where its holder has been in the same user code since <paramref name="progress"/>.</summary>
    /// <remarks>Not one of the pool: what holds the loop up may hold up those as well, and what the loop comes to next may hold up this one.</remarks>
    public void TakeOver(long progress) => BlockingThreads.Shared.Run(new TakenOverLoop(this, progress));

    private async Task RunAsync(bool resumed)
    {
        try
        {
            while (true)
            {
                if (!resumed)
                {
                    IsReading = true;
                    ReadResult read = _ahead is null ? await _input.ReadAsync().ConfigureAwait(false) : await _ahead.ConfigureAwait(false);
                    IsReading = false;
                    Begin(read);
                }

                resumed = false;
                LoopOutcome outcome;

                while ((outcome = HandleMessages()) is LoopOutcome.Full or LoopOutcome.Congested)
                {
                    await SendBatchAsync().ConfigureAwait(false);

                    if (outcome == LoopOutcome.Full)
                    {
                        await WaitForRoomAsync().ConfigureAwait(false);
                    }
                    else if (_connection.IsCongested)
                    {
                        await _connection.Output.WaitUntilSentAsync().ConfigureAwait(false);
                    }

                    HoldOutput();
                }

                if (outcome == LoopOutcome.TakenOver)
                {
                    return;
                }

                await SendBatchAsync().ConfigureAwait(false);
                _received.Release();

                if (_ahead is null)
                {
                    _input.AdvanceTo(_received.End);
                }

                if (_lastRead)
                {
                    _received.Clear();
                    _ended.TrySetResult();
                    return;
                }
            }
        }
        catch (Exception exception)
        {
            await EndAsync(exception).ConfigureAwait(false);
        }
    }

    private void Begin(ReadResult read)
    {
        _ahead = null;
        Reads++;
        _lastRead = read.IsCompleted || read.IsCanceled;
        PeerHasFinished |= read.IsCompleted;
        HasReceived |= !read.Buffer.IsEmpty;
        HoldOutput();
        _received.Begin(read.Buffer, _scanner.AtLeast);
    }

    private void HoldOutput()
    {
        IsBusy = true;
        _holdsOutput = _connection.Output.TryHold();    // its lock is also the fence between IsBusy and the guard's check of it
        _guard.Watch();
    }

    /// <summary>Waits until a further call may run, with a read pending: else the loss of the connection would go unnoticed, and its calls run on.</summary>
    private async ValueTask WaitForRoomAsync()
    {
        Task room = _connection.RunningCalls.WaitForRoomAsync();

        if (room.IsCompleted)
        {
            return;
        }

        _connection.OnCallsWait();
        Task roomOrEnd = room.WaitAsync(_connection.Closed);

        if (_ahead is null && !_lastRead)
        {
            SequencePosition end = _received.End;
            _received.SetAside();
            _input.AdvanceTo(end);
            _ahead = _input.ReadAsync().AsTask();
        }

        while (_ahead is not null && await Task.WhenAny(roomOrEnd, _ahead).ConfigureAwait(false) == _ahead)
        {
            ReadResult read = await _ahead.ConfigureAwait(false);
            PeerHasFinished |= read.IsCompleted;

            if (read.IsCompleted || read.IsCanceled)
            {
                break;
            }

            if (_received.Source.Length - _received.Position > MostSetAside && !_connection.TransportClosed.IsCompleted)
            {
                // What this read has brought stays with the transport, whose back-pressure bounds what else the peer can send, until the transport itself has come to an end.
                IsDeaf = true;
                Task first = await Task.WhenAny(roomOrEnd, _connection.TransportClosed).ConfigureAwait(false);
                _connection.CheckTransport();
                IsDeaf = false;

                if (first == roomOrEnd)
                {
                    break;
                }
            }

            _received.SetAside(read.Buffer);
            _input.AdvanceTo(read.Buffer.End);
            _ahead = _input.ReadAsync().AsTask();
        }

        await roomOrEnd.ConfigureAwait(false);
    }

    private LoopOutcome HandleMessages()
    {
        do
        {
            ReadOnlyMemory<byte> memory = _received.Source;
            ReadOnlySpan<byte> source = memory.Span;
            int position = _received.Position;

            while (position < source.Length)
            {
                // Asked before each message, since other connections may have taken the server's last place.
                if (_connection.RunningCalls.MustWait)
                {
                    return LoopOutcome.Full;
                }

                // Small requests may have large answers: those of one read together are more than any limit on what a peer may send.
                if (_work >= MostWork || _batch?.Length > MostBatched || _connection.IsCongested)
                {
                    return LoopOutcome.Congested;
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

                _work += 1 + (length / BytesOfWork);
                ReadOnlyMemory<byte> message = memory.Slice(position, length);
                position += length;
                _received.Position = position;

                if (!_connection.Handle(message, this))
                {
                    return LoopOutcome.TakenOver;
                }
            }

            _received.KeepRest(_scanner.AtLeast);
        }
        while (_received.TryTakeSegment(_scanner.AtLeast));

        return LoopOutcome.Done;
    }

    private async ValueTask SendBatchAsync()
    {
        MprpcWriter? batch = _batch;
        _batch = null;
        _work = 0;
        await _connection.Output.SendBatchAsync(batch, _holdsOutput).ConfigureAwait(false);
        _holdsOutput = false;
        IsBusy = false;
    }

    private async Task EndAsync(Exception reason)
    {
        try
        {
            // Requests before the one that broke the protocol have their answers in the batch.
            await SendBatchAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Debug.Assert(exception is not NullReferenceException, "Sending fails only because the connection is gone.");
        }

        if (_ahead is not null)
        {
            // The transport must not be completed while it reads for us.
            _input.CancelPendingRead();
            await ((Task)_ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _received.Clear();
        _ended.TrySetException(reason);
    }

    private void GoOn(long progress)
    {
        long state = Volatile.Read(ref _state);

        if ((state & InUserCode) == 0 || Progress != progress)
        {
            return;
        }

        RpcMethod? method = RunningMethod;

        // The next even number: a role that nobody has had.
        if (Interlocked.CompareExchange(ref _state, state + 1, state) != state)
        {
            return;
        }

        _connection.OnHeldUp(method);
        RunningMethod = null;

        if (_context is null)
        {
            _ = RunAsync(resumed: true);
        }
        else
        {
            ExecutionContext.Run(_context, static loop => _ = ((ReadLoop)loop!).RunAsync(resumed: true), this);
        }
    }

    /// <summary>A loop that is to go on, if its holder is still held up.</summary>
    private sealed class TakenOverLoop(ReadLoop loop, long progress) : IThreadPoolWorkItem
    {
        public void Execute() => loop.GoOn(progress);
    }
}
