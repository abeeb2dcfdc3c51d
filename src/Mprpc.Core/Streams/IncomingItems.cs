using System.Runtime.ExceptionServices;
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
    private StreamAllowance _outstanding;   // granted, and not come yet
    private IStreamConnection? _connection;
    private long _number;
    private bool _hasEnded;
    private bool _isDropped;
    private ExceptionDispatchInfo? _failure;
    private StreamAllowance? _atFirstRead;

    /// <summary>Whether nothing more comes.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_gate)
            {
                return _hasEnded;
            }
        }
    }

    /// <summary>Whether an item has come.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>The call is about to be sent, whose result the stream is.</summary>
    /// <param name="budget">What the connection may hold.</param>
    /// <returns>How much is granted with it.</returns>
    public StreamAllowance Open(StreamBudget budget)
    {
        _window?.Close();
        _window = new StreamWindow(budget, items);
        StreamAllowance granted = _window.Open();

        lock (_gate)
        {
            _outstanding = granted;
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
        lock (_gate)
        {
            _connection ??= connection;
            _number = number;

            if (_hasEnded || _isDropped)
            {
                return true;
            }

            if (!_outstanding.IsOpen || _outstanding.Items < count)
            {
                return false;
            }

            _outstanding.Use(count, bytes.Length);

            if (!connection.Budget.TryHold(bytes.Length))
            {
                _hasEnded = true;
                _failure = ExceptionDispatchInfo.Capture(new MprpcException(
                    "The stream has been ended: more of the connection's streams lies unread than may be held. "
                    + "Read streams as they come, or send smaller items.",
                    ErrorCode.Busy));
                connection.SendCancel(number);
            }
            else
            {
                Append(bytes, count);
            }
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
            if (_hasEnded || _isDropped)
            {
                return;
            }

            if (count > 0)
            {
                _connection?.Budget.Hold(bytes.Length);
                Append(bytes, count);
            }

            _hasEnded = true;
        }

        HasBegun = true;
        _changed.Set();
    }

    /// <summary>Nothing more comes: what is there is still to be taken, then the failure thrown.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="isAtOnce">Whether what is there is dropped.</param>
    public void Fail(Exception failure, bool isAtOnce)
    {
        lock (_gate)
        {
            if (isAtOnce)
            {
                DropChunks();
            }

            if (!_hasEnded || isAtOnce)
            {
                _failure = ExceptionDispatchInfo.Capture(failure);
            }

            _hasEnded = true;
        }

        HasBegun = true;
        _changed.Set();
    }

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

            if (!_hasEnded)
            {
                return true;
            }

            _failure?.Throw();
            return false;
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
        _connection?.Budget.LetGo(chunk.Length);
        chunk.Free();
    }

    /// <summary>The consumer wants no more: what is there is dropped, and what comes.</summary>
    /// <returns>Whether more may come, so that the sender is to be told.</returns>
    public bool Drop()
    {
        lock (_gate)
        {
            DropChunks();
            bool mayCome = !_hasEnded && !_isDropped;
            _isDropped = true;
            return mayCome;
        }
    }

    /// <summary>The same, and tells the sender by the stream's number.</summary>
    public void DropAndTell()
    {
        if (Drop())
        {
            _connection?.SendCancel(_number);
        }
    }

    /// <summary>Gives back what the stream has of the connection's budget; for the consumer, when it is done.</summary>
    public void Close() => _window?.Close();

    private void Grant(in StreamAllowance more)
    {
        IStreamConnection? connection;

        lock (_gate)
        {
            connection = _hasEnded || _isDropped ? null : _connection;
            _outstanding.Add(more);
        }

        connection?.SendCredit(_number, more);
    }

    /// <summary>Under the lock.</summary>
    private void Append(ReadOnlySpan<byte> bytes, int count)
    {
        if (_last is null || !_last.TryAdd(bytes, count))
        {
            _last = new ItemChunk(bytes, count);
            _chunks.Enqueue(_last);
        }
    }

    /// <summary>Under the lock.</summary>
    private void DropChunks()
    {
        while (_chunks.TryDequeue(out ItemChunk? chunk))
        {
            Free(chunk);
        }

        _last = null;
    }
}
