using System.Runtime.ExceptionServices;
using Mprpc.Serialization;
using Mprpc.Wire;

namespace Mprpc.Streams;

/// <summary>The items of a stream that have come and nobody has taken; how much more may come; and how it has ended.</summary>
/// <remarks>The connection's read loop adds, one consumer takes. Its memory is what was granted, and one item more.</remarks>
/// <param name="items">How many items may be ahead of the consumer.</param>
internal sealed class IncomingItems(long items)
{
    private readonly Lock _gate = new();
    private readonly Queue<ItemChunk> _chunks = new();
    private readonly StreamSignal _changed = new();
    private StreamWindow? _window;
    private ItemChunk? _last;               // under the lock, as all below: where more may be added
    private ItemChunk? _spare;              // freed, without bytes
    private StreamAllowance _outstanding;   // granted, and not come yet
    private IStreamConnection? _connection;
    private long _number;
    private long _held;                     // of the connection's budget
    private bool _hasEnded;                 // nothing more is added
    private bool _isDropped;                // nothing more is taken
    private bool _isDisposed;               // by who has taken
    private bool _mayCome = true;           // the sender has not ended it, nor been told to
    private ExceptionDispatchInfo? _failure;
    private StreamAllowance? _atFirstRead;

    /// <summary>Whether an item has come, or the end.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether its sender was lost before it had ended it.</summary>
    public bool IsLost { get; private set; }

    /// <summary>What its sender has ended it with; null: with no error.</summary>
    public Exception? FailureOfSender { get; private set; }

    /// <summary>The call is about to be sent, whose result the stream is.</summary>
    /// <param name="connection">Where the items will come from.</param>
    /// <returns>How much is granted with it.</returns>
    public StreamAllowance Open(IStreamConnection connection)
    {
        var window = new StreamWindow(connection.Budget, items);
        StreamAllowance granted = window.Open();
        StreamWindow? before;
        bool isDropped;

        lock (_gate)
        {
            (before, _window) = (_window, window);
            _connection = connection;
            _outstanding = granted;
            isDropped = _isDropped;
        }

        before?.Close();

        if (isDropped)
        {
            window.Close();
        }

        return granted;
    }

    /// <summary>The stream is fed to a call that is served.</summary>
    /// <param name="connection">Where it comes from.</param>
    /// <param name="number">Its number.</param>
    /// <param name="granted">With how much credit it has begun.</param>
    /// <param name="isGranted">Whether its sender knows so; else it is told when somebody reads.</param>
    public void OpenFed(IStreamConnection connection, long number, in StreamAllowance granted, bool isGranted)
    {
        _connection = connection;
        _number = number;
        _window = new StreamWindow(connection.Budget, items);
        _window.Assume(granted);
        _outstanding = isGranted ? granted : default;
        _atFirstRead = isGranted ? null : granted;
    }

    /// <summary>Items have come; on the read loop.</summary>
    /// <returns>False if they are more than was granted.</returns>
    public bool TryAdd(IStreamConnection connection, long number, ReadOnlySpan<byte> bytes, int count)
    {
        bool isTooMuch;

        lock (_gate)
        {
            _number = number;

            if (_hasEnded || _isDropped)
            {
                return true;
            }

            if (!_outstanding.Covers(bytes, count))
            {
                return false;
            }

            _outstanding.Use(count, bytes.Length);
            isTooMuch = !connection.Budget.TryHold(bytes.Length);

            if (isTooMuch)
            {
                _hasEnded = true;
                _mayCome = false;
                _failure = ExceptionDispatchInfo.Capture(new MprpcException(
                    "The stream has been ended: more of the connection's streams lies unread than may be held. "
                    + "Read streams as they come, or send smaller items.",
                    ErrorCode.Busy));
            }
            else
            {
                _held += bytes.Length;
                Append(bytes, count);
            }
        }

        if (isTooMuch)
        {
            connection.SendCancel(number);
        }

        HasBegun = true;
        _changed.Set();
        return true;
    }

    /// <summary>The last items have come, which need no credit, and the end.</summary>
    public void Complete(ReadOnlySpan<byte> bytes, int count)
    {
        lock (_gate)
        {
            _mayCome = false;

            if (_hasEnded || _isDropped)
            {
                return;
            }

            if (count > 0)
            {
                if (_connection is not null)
                {
                    _connection.Budget.Hold(bytes.Length);
                    _held += bytes.Length;
                }

                Append(bytes, count);
            }

            _hasEnded = true;
        }

        HasBegun = true;
        _changed.Set();
    }

    /// <summary>The same of an array of the last items, or of all; nil: there are none.</summary>
    /// <returns>False if it is neither: nothing is changed.</returns>
    public bool TryComplete(in MprpcRaw last)
    {
        ReadOnlySpan<byte> bytes = last.Memory.Span;
        (int head, long count) = (0, 0);

        if (!last.IsNil && !MessagePackHead.TryReadArray(bytes, out head, out count))
        {
            return false;
        }

        Complete(last.IsNil ? [] : bytes[head..], (int)count);
        return true;
    }

    /// <summary>Nothing more comes: what is there is still to be taken, then the failure thrown.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="isAtOnce">Whether what is there is dropped.</param>
    public void Fail(Exception failure, bool isAtOnce)
    {
        lock (_gate)
        {
            _mayCome = false;
        }

        Refuse(failure, isAtOnce);
    }

    /// <summary>The sender has ended it with an error: what is there is still to be taken, then that is thrown.</summary>
    public void FailBySender(Exception failure)
    {
        FailureOfSender ??= failure;
        Fail(failure, isAtOnce: false);
    }

    /// <summary>The sender can say nothing more: what is there is still to be taken, then that is thrown.</summary>
    public void Lose()
    {
        lock (_gate)
        {
            IsLost |= !_hasEnded;
        }

        Fail(new OperationCanceledException("The connection was lost before the stream had ended."), isAtOnce: false);
    }

    /// <summary>The consumer takes no more: what is there is dropped. The sender is told when the consumer is done.</summary>
    /// <param name="reason">What it throws from here on.</param>
    public void Refuse(Exception reason) => Refuse(reason, isAtOnce: true);

    /// <summary>Takes what is there.</summary>
    /// <returns>False: the stream has ended.</returns>
    /// <exception cref="Exception">It has failed.</exception>
    public bool TryTake(out ItemChunk? chunk)
    {
        lock (_gate)
        {
            if (_chunks.TryDequeue(out chunk))
            {
                if (chunk == _last)
                {
                    _last = null;
                }

                return true;
            }

            _failure?.Throw();

            if (_isDropped)
            {
                throw _isDisposed
                    ? new ObjectDisposedException("IAsyncEnumerator", "The stream is not read any more: its enumerator was disposed.")
                    : new OperationCanceledException("The stream is not read any more: the call that it was an argument of has ended.");
            }

            return !_hasEnded;
        }
    }

    /// <summary>Completes when something may have changed. If nothing was there for a while, the sender may be granted more.</summary>
    public ValueTask WaitAsync()
    {
        if (_atFirstRead is { } first)
        {
            _atFirstRead = null;
            Grant(first);
        }
        else if (_window?.OnEmpty() == true)
        {
            Grant(_window.Grant());
        }

        return _changed.WaitAsync();
    }

    /// <summary>The application has taken an item.</summary>
    public void Take(int bytes)
    {
        if (_window?.Take(bytes) == true)
        {
            Grant(_window.Grant());
        }
    }

    /// <summary>A chunk has been taken whole, or is not wanted any more.</summary>
    public void Free(ItemChunk chunk)
    {
        int length = chunk.Length;
        chunk.Free();

        lock (_gate)
        {
            LetGo(length);
            _spare = chunk;
        }
    }

    /// <summary>Nobody takes any more: what is there is dropped, and what comes; what it has of the connection's budget is given back.</summary>
    /// <param name="isDisposed">Whether by who has taken; else the call has ended.</param>
    /// <returns>Whether more may come, so that the sender is to be told.</returns>
    public bool Drop(bool isDisposed)
    {
        bool mayCome;

        lock (_gate)
        {
            DropChunks();
            LetGo(_held);       // also what a consumer still holds that is not done
            mayCome = _mayCome;
            _mayCome = false;
            _isDropped = true;
            _isDisposed |= isDisposed;
        }

        _window?.Close();
        _changed.Set();
        return mayCome;
    }

    /// <summary>The consumer is done: the same, and tells the sender by the stream's number.</summary>
    public void DropAndTell()
    {
        if (Drop(isDisposed: true))
        {
            _connection?.SendCancel(_number);
        }
    }

    private void Refuse(Exception reason, bool isAtOnce)
    {
        lock (_gate)
        {
            if (isAtOnce)
            {
                DropChunks();
            }

            if (!_hasEnded || isAtOnce)
            {
                _failure = ExceptionDispatchInfo.Capture(reason);
            }

            _hasEnded = true;
        }

        HasBegun = true;
        _changed.Set();
    }

    private void Grant(in StreamAllowance more)
    {
        IStreamConnection? connection;
        long number;

        lock (_gate)
        {
            connection = _hasEnded || _isDropped ? null : _connection;
            number = _number;
            _outstanding.Add(more);
        }

        connection?.SendCredit(number, more);
    }

    /// <summary>Under the lock.</summary>
    private void Append(ReadOnlySpan<byte> bytes, int count)
    {
        if (_last is null || !_last.TryAdd(bytes, count))
        {
            (ItemChunk? spare, _spare) = (_spare, null);
            spare?.Begin(bytes, count);
            _last = spare ?? new ItemChunk(bytes, count);
            _chunks.Enqueue(_last);
        }
    }

    /// <summary>Under the lock.</summary>
    private void DropChunks()
    {
        while (_chunks.TryDequeue(out ItemChunk? chunk))
        {
            LetGo(chunk.Length);
            chunk.Free();
        }

        _last = null;
    }

    /// <summary>Under the lock.</summary>
    private void LetGo(long bytes)
    {
        long held = Math.Min(bytes, _held);

        if (held > 0)
        {
            _held -= held;
            _connection!.Budget.LetGo(held);
        }
    }
}
