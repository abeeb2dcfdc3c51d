using System.Buffers;

namespace Mprpc.Connections;

/// <summary>What a read loop has received and not handled yet: the transport's own buffers as far as they go, and a copy of what cannot stay there.</summary>
internal struct ReceivedBytes
{
    private PartialMessage _partial;
    private ReadOnlySequence<byte> _buffer;
    private SequencePosition _nextSegment;
    private bool _sourceIsPartial;

    /// <summary>The bytes at hand; those from <see cref="Position"/> on are not handled yet.</summary>
    public ReadOnlyMemory<byte> Source { get; private set; }

    public int Position { get; set; }

    /// <summary>How many bytes there are of a message that is not all there yet.</summary>
    public readonly int PartialLength => _partial.Length;

    /// <summary>Counts the messages that were not all there at once.</summary>
    public int PartialNumber { get; private set; }

    /// <summary>How far the transport's buffers go that are in use.</summary>
    public readonly SequencePosition End => _buffer.End;

    /// <summary>Takes what a read has brought.</summary>
    /// <param name="buffer">The transport's buffers.</param>
    /// <param name="expected">How long the message is known to become that is not all there yet.</param>
    public void Begin(ReadOnlySequence<byte> buffer, int expected)
    {
        _buffer = buffer;
        _nextSegment = buffer.Start;
        Source = default;
        Position = 0;
        _sourceIsPartial = false;
        TryTakeSegment(expected);
    }

    public bool TryTakeSegment(int expected)
    {
        while (_buffer.TryGet(ref _nextSegment, out ReadOnlyMemory<byte> segment))
        {
            if (segment.IsEmpty)
            {
                continue;
            }

            _sourceIsPartial = !_partial.IsEmpty;

            if (_sourceIsPartial)
            {
                _partial.Append(segment.Span, expected);
            }

            Source = _sourceIsPartial ? _partial.Memory : segment;
            Position = 0;
            return true;
        }

        return false;
    }

    /// <summary>Keeps what has not been handled of the bytes at hand.</summary>
    public void KeepRest(int expected)
    {
        if (_sourceIsPartial)
        {
            PartialNumber += Position > 0 ? 1 : 0;
            _partial.Consume(Position);
        }
        else if (Position < Source.Length)
        {
            PartialNumber++;
            _partial.Append(Source.Span[Position..], expected);
        }
    }

    /// <summary>Lets go of the transport's buffers.</summary>
    public void Release()
    {
        Source = default;
        Position = 0;
        _sourceIsPartial = false;
    }

    public void Clear() => _partial.Clear();
}
