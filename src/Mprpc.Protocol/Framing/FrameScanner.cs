using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MessagePack;

namespace Mprpc.Framing;

/// <summary>Finds where a message ends: MessagePack-RPC has no length prefix (docs/protocol.md 1.1).</summary>
/// <remarks>
/// Iterative and resumable: bytes that were scanned once are not looked at again, however the message is cut. It bounds size and depth from the heads alone, before a
/// body is buffered. It does not judge the message; that is the message reader's part.
/// </remarks>
internal struct FrameScanner
{
    private const int UsualDepth = 8;

    private readonly int _maxDepth;
    private uint[] _outer;              // for each open array or map but the innermost, and the message itself: how many values are still to come in it; grows with the depth that is there
    private int _depth;
    private uint _left = 1;             // how many values are still to come where the scanner is; 0: none, but the last one's body is not all there
    private int _scanned;               // where the next head starts; beyond the bytes at hand where a body is still to come

    public FrameScanner(int maxSize, int maxDepth)
    {
        MaxSize = maxSize;
        _maxDepth = maxDepth;
        _outer = new uint[Math.Min(UsualDepth, maxDepth)];
    }

    /// <summary>Largest message, in bytes.</summary>
    public int MaxSize { readonly get; set; }

    /// <summary>How many bytes the message has at least, as far as its heads tell.</summary>
    public readonly int AtLeast => _scanned;

    /// <summary>Scans on.</summary>
    /// <param name="message">The bytes from the message's start on: those of the last call, and more.</param>
    /// <param name="length">The message's length where it is complete.</param>
    public FrameStatus Scan(ReadOnlySpan<byte> message, out int length)
    {
        ref byte sizes = ref MemoryMarshal.GetReference(MessagePackHead.FixedSize);
        int position = _scanned;
        int depth = _depth;
        uint left = _left;
        length = 0;

        while (left != 0)
        {
            if (position >= message.Length)
            {
                return Suspend(position, depth, left);
            }

            byte code = message[position];

            // The commonest by branches: the processor guesses them and reads on, while for a size from the table it must wait.
            int size = code < 0x80 ? 1
                : code == MessagePackCode.Float64 ? 9
                : code == MessagePackCode.UInt16 ? 3
                : Unsafe.Add(ref sizes, code);

            // Nearly all values: without others in them, and of a size that the code tells.
            if (size != 0)
            {
                position += size;
                left--;
            }
            else
            {
                long end = position + 1;
                long values;

                if (code < 0xa0)
                {
                    values = code < 0x90 ? (code & 0x0f) * 2 : code & 0x0f;
                }
                else if (code == 0xc1)
                {
                    return FrameStatus.ReservedByte;
                }
                else
                {
                    int head = MessagePackHead.Read(message[position..], out long body, out values);

                    if (head == 0)
                    {
                        return Suspend(position, depth, left);
                    }

                    end = position + head + body;
                }

                // Each value takes a byte at least, so a count that cannot fit is refused before anything is buffered for it.
                if (end + values > MaxSize)
                {
                    return FrameStatus.TooLarge;
                }

                position = (int)end;
                left--;

                if (values != 0)
                {
                    if (depth == _outer.Length && !TryGrow())
                    {
                        return FrameStatus.TooDeep;
                    }

                    _outer[depth++] = left;
                    left = (uint)values;
                }
            }

            while (left == 0 && depth != 0)
            {
                left = _outer[--depth];
            }
        }

        if (position > message.Length)
        {
            return Suspend(position, depth, left);
        }

        if (position > MaxSize)
        {
            return FrameStatus.TooLarge;
        }

        _depth = 0;
        _left = 1;
        _scanned = 0;
        length = position;
        return FrameStatus.Complete;
    }

    private FrameStatus Suspend(int position, int depth, uint left)
    {
        if (position > MaxSize)
        {
            return FrameStatus.TooLarge;
        }

        _scanned = position;
        _depth = depth;
        _left = left;
        return FrameStatus.NeedMore;
    }

    private bool TryGrow()
    {
        if (_outer.Length == _maxDepth)
        {
            return false;
        }

        Array.Resize(ref _outer, Math.Min(_outer.Length * 2, _maxDepth));
        return true;
    }
}
