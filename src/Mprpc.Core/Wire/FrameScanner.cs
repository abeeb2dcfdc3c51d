using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MessagePack;
using Mprpc.Serialization;

namespace Mprpc.Wire;

/// <summary>Finds where a message ends: MessagePack-RPC has no length prefix (docs/protocol.md 1.1).</summary>
/// <remarks>
/// Iterative and resumable: bytes that were scanned once are not looked at again, however the message is cut. It bounds size and depth from the heads alone,
/// before a body is buffered. It does not judge the message; that is the message reader's part.
/// </remarks>
internal struct FrameScanner
{
    private const int UsualDepth = 8;
    private const byte NeverUsed = 0xc1;

    private readonly int _maxDepth;
    // For each open array or map but the innermost, and the message itself: how many values are still to come in it; grows with the depth that is there.
    private uint[] _outer;
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

    /// <summary>Whether nothing of the present message is scanned yet.</summary>
    public readonly bool IsAtStart => _scanned == 0;

    /// <summary>Goes on behind what was read otherwise of a message that is a small array.</summary>
    /// <param name="position">Where the next value starts.</param>
    /// <param name="left">How many values of the array are still to come.</param>
    public void Skip(int position, int left)
    {
        _outer[0] = 0;
        _depth = 1;
        _left = (uint)left;
        _scanned = position;
    }

    /// <summary>Scans on.</summary>
    /// <param name="message">The bytes from the message's start on: those of the last call, and more.</param>
    /// <param name="length">The message's length where it is complete.</param>
    public FrameStatus Scan(ReadOnlySpan<byte> message, out int length)
    {
        length = 0;

        while (!ScanUsual(message))
        {
            if (_scanned >= message.Length)
            {
                return NeedMore();
            }

            FrameStatus status = ScanHead(message);

            if (status != FrameStatus.Complete)
            {
                return status;
            }
        }

        if (_scanned > message.Length)
        {
            return NeedMore();
        }

        if (_scanned > MaxSize)
        {
            return FrameStatus.TooLarge;
        }

        length = _scanned;
        _left = 1;
        _scanned = 0;
        return FrameStatus.Complete;
    }

    /// <summary>Scans nearly all there is: values of a size that their code tells, short text and binary, small arrays and maps.</summary>
    /// <returns>Whether all heads are scanned; else it stands at one that is not at hand, or that <see cref="ScanHead"/> has to judge.</returns>
    /// <remarks>
    /// It calls nothing and throws nothing, so that all it counts stays in registers: on the stack it would cost a small call a twentieth more.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool ScanUsual(ReadOnlySpan<byte> message)
    {
        ref byte sizes = ref MemoryMarshal.GetReference(MessagePackHead.FixedSize);
        Span<uint> outer = _outer;
        int position = _scanned;
        int depth = _depth;
        uint left = _left;

        while (left != 0 && (uint)position < (uint)message.Length)
        {
            byte code = message[position];

            // The commonest by branches: the processor guesses them and reads on, while for a size from the table it must wait.
            int size = code < 0x80 ? 1
                : code == MessagePackCode.Float64 ? 9
                : code == MessagePackCode.UInt16 ? 3
                : Unsafe.Add(ref sizes, code);

            if (size != 0)
            {
                position += size;
                left--;
            }
            else if (code is MessagePackCode.Str8 or MessagePackCode.Bin8)
            {
                int at = position + 1;

                if ((uint)at >= (uint)message.Length || position + 2L + message[at] > MaxSize)
                {
                    break;
                }

                position += 2 + message[at];
                left--;
            }
            else
            {
                uint values = code < MessagePackCode.MinFixArray ? (code & 0x0fu) * 2 : code & 0x0fu;

                if (code >= MessagePackCode.MinFixStr || position + 1 + values > MaxSize || (uint)depth >= (uint)outer.Length)
                {
                    break;
                }

                position++;
                left--;

                if (values != 0)
                {
                    outer[depth++] = left;
                    left = values;
                }
            }

            while (left == 0 && depth != 0)
            {
                left = outer[--depth];
            }
        }

        _scanned = position;
        _depth = depth;
        _left = left;
        return left == 0;
    }

    /// <summary>Scans any one head, and judges what it announces.</summary>
    private FrameStatus ScanHead(ReadOnlySpan<byte> message)
    {
        byte code = message[_scanned];
        int head = 1;
        long body = 0;
        long values;

        switch (code)
        {
            case < MessagePackCode.MinFixArray:
                values = (code & 0x0f) * 2;
                break;
            case < MessagePackCode.MinFixStr:
                values = code & 0x0f;
                break;
            case NeverUsed:
                return FrameStatus.ReservedByte;
            default:
                head = MessagePackHead.Read(message[_scanned..], out body, out values);

                if (head == 0)
                {
                    return NeedMore();
                }

                break;
        }

        // Each value takes a byte at least, so a count that cannot fit is refused before anything is buffered for it.
        if (_scanned + head + body + values > MaxSize)
        {
            return FrameStatus.TooLarge;
        }

        _scanned += head + (int)body;
        _left--;

        if (values != 0)
        {
            if (_depth == _outer.Length && !TryGrow())
            {
                return FrameStatus.TooDeep;
            }

            _outer[_depth++] = _left;
            _left = (uint)values;
        }

        while (_left == 0 && _depth != 0)
        {
            _left = _outer[--_depth];
        }

        return FrameStatus.Complete;
    }

    private readonly FrameStatus NeedMore() => _scanned > MaxSize ? FrameStatus.TooLarge : FrameStatus.NeedMore;

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
