using System.Diagnostics;

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

    private PartialMessage _bytes;
    private Queue<int>? _lengths;
    private int _position;      // of the first message

    public readonly bool IsEmpty => _lengths is null || _lengths.Count == 0;

    /// <summary>How many bytes are held.</summary>
    public readonly int Length => _bytes.Length - _position;

    /// <summary>Keeps a copy of a message.</summary>
    /// <returns>False if it is too much.</returns>
    public bool TryAdd(ReadOnlySpan<byte> message, int maxBytes)
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
        return true;
    }

    /// <summary>Takes the first message; its bytes are valid until the next change.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        Debug.Assert(_lengths is { Count: > 0 }, "There is a message.");
        int length = _lengths.Dequeue();
        ReadOnlyMemory<byte> message = _bytes.Memory.Slice(_position, length);
        _position += length;
        return message;
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
        _position = 0;
    }
}
