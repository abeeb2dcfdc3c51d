using System.Buffers;
using System.Diagnostics;
using Mprpc.Diagnostics;

namespace Mprpc.Connections;

/// <summary>Collects the bytes of a message that is not all there yet, so that the transport's buffers are free for what follows.</summary>
/// <remarks>It grows with the bytes present, never with what a peer declares, and holds no memory between messages.</remarks>
internal struct PartialMessage
{
    private const int SmallestBuffer = 4096;

    private byte[]? _buffer;
    private int _length;

    public readonly int Length => _length;

    public readonly bool IsEmpty => _length == 0;

    public readonly ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <summary>Adds bytes at the end.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="expected">How long the message is known to become; room for at most twice the present bytes is made ahead.</param>
    public void Append(ReadOnlySpan<byte> bytes, int expected)
    {
        int needed = checked(_length + bytes.Length);

        if (_buffer is null || _buffer.Length < needed)
        {
            Grow(Math.Max(needed, Math.Min(expected, needed * 2L)));
        }

        bytes.CopyTo(_buffer.AsSpan(_length));
        _length = needed;
    }

    /// <summary>Keeps only what stands behind the first <paramref name="count"/> bytes.</summary>
    public void Consume(int count)
    {
        if (count == _length)
        {
            Clear();
            return;
        }

        Debug.Assert(_buffer is not null, "There are bytes, so there is a buffer.");
        _buffer.AsSpan(count, _length - count).CopyTo(_buffer);
        _length -= count;
    }

    public void Clear()
    {
        if (_buffer is not null)
        {
            Poison.Fill(_buffer);
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = null;
        _length = 0;
    }

    private void Grow(long size)
    {
        byte[] grown = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(size, SmallestBuffer, Array.MaxLength));

        if (_buffer is not null)
        {
            _buffer.AsSpan(0, _length).CopyTo(grown);
            Poison.Fill(_buffer);
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = grown;
    }
}
