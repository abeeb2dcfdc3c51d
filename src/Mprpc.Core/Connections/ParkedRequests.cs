using System.Diagnostics;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <summary>
/// Requests and notifications that have been read and wait for room, in the order in which they came: so that what stands behind them, answers above all, can
/// be read.
/// </summary>
/// <remarks>
/// For the holder of the read loop alone. It holds whole messages; of what it may hold at most see docs/protocol.md 6.4. It holds no memory while it is empty.
/// </remarks>
internal struct ParkedRequests
{
    /// <summary>How much is held, or one message if that is larger.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>
    /// The same while this side's own calls wait for the peer's answers, which may stand behind any request. A window of this size keeps peers of our own below
    /// it.
    /// </summary>
    public const int MaxBytesWhileCalling = 4 * 1024 * 1024;

    /// <summary>How many messages <see cref="Find"/> looks at: a peer that cancels what is not there costs no more than one that calls.</summary>
    public const int MaxSearched = 256;

    private PartialMessage _bytes;
    private Queue<int>? _lengths;
    private Queue<long>? _readAt;       // of those that count their time
    private int _position;      // of the first message

    public readonly bool IsEmpty => _lengths is null || _lengths.Count == 0;

    /// <summary>How many messages are held.</summary>
    public readonly int Count => _lengths?.Count ?? 0;

    /// <summary>How many have been taken since the connection began: the number of the first that is held.</summary>
    public long Taken { get; private set; }

    /// <summary>How many bytes are held.</summary>
    public readonly int Length => _bytes.Length - _position;

    /// <summary>Keeps a copy of a message.</summary>
    /// <param name="message">All of it.</param>
    /// <param name="maxBytes">How much may be held.</param>
    /// <param name="readAt">When it was read, for <see cref="TakeReadAt"/>; null: that does not matter.</param>
    /// <returns>False if it is too much.</returns>
    public bool TryAdd(ReadOnlySpan<byte> message, int maxBytes, long? readAt = null)
    {
        if (!IsEmpty && Length + (long)message.Length > maxBytes)
        {
            return false;
        }

        if (_position > _bytes.Length / 2)
        {
            _bytes.Consume(_position);
            _position = 0;
        }

        (_lengths ??= new Queue<int>()).Enqueue(message.Length);
        _bytes.Append(message, expected: 0);

        if (readAt is { } time)
        {
            (_readAt ??= new Queue<long>()).Enqueue(time);
        }

        return true;
    }

    /// <summary>Takes the first message; its bytes are valid until the next change.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        Debug.Assert(_lengths is { Count: > 0 }, "There is a message.");
        int length = _lengths.Dequeue();
        ReadOnlyMemory<byte> message = _bytes.Memory.Slice(_position, length);
        _position += length;
        Taken++;
        return message;
    }

    /// <summary>When a message was read that was added with its time, and has just been taken.</summary>
    public readonly long TakeReadAt() => _readAt!.Dequeue();

    /// <summary>Looks for a request among the first messages: each look is short, however much is held.</summary>
    /// <returns>Its position among the messages, or -1.</returns>
    public readonly int Find(long messageId)
    {
        if (_lengths is null)
        {
            return -1;
        }

        int position = _position;
        int index = 0;

        foreach (int length in _lengths)
        {
            if (index == MaxSearched)
            {
                break;
            }

            if (MessageHead.TryRead(_bytes.Memory.Span.Slice(position, length), out MessageHead head)
                && head.Kind == MessageKind.Request && head.MessageId == messageId)
            {
                return index;
            }

            position += length;
            index++;
        }

        return -1;
    }

    /// <summary>Lets go of the memory, if nothing is left.</summary>
    public void Trim()
    {
        if (_lengths is { Count: 0 })
        {
            Clear();
        }
    }

    public void Clear()
    {
        _bytes.Clear();
        _lengths = null;
        _readAt = null;
        _position = 0;
    }
}
