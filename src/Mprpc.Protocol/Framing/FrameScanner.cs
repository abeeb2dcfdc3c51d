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
    private uint[] _open;               // for each open array or map: how many values are still to come; grows with the depth that is there
    private int _depth;
    private int _scanned;               // where the next head starts; beyond the bytes at hand where a body is still to come

    public FrameScanner(int maxSize, int maxDepth)
    {
        MaxSize = maxSize;
        _maxDepth = maxDepth;
        _open = new uint[Math.Min(UsualDepth, maxDepth)];
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
        long position = _scanned;
        int depth = _depth;
        uint[] open = _open;
        length = 0;

        // A whole message whose last body was not there yet: its end is known.
        if (position != 0 && depth == 0)
        {
            return End(message, position, out length);
        }

        while (position < message.Length)
        {
            byte code = message[(int)position];
            long values = 0;

            if (code < 0x80 || code >= 0xe0)
            {
                position++;
            }
            else if (code >= 0xa0 && code < 0xc0)
            {
                position += 1 + (code & 0x1f);
            }
            else if (code < 0xa0)
            {
                position++;
                values = code < 0x90 ? (code & 0x0f) * 2 : code & 0x0f;
            }
            else if (code == 0xc1)
            {
                return FrameStatus.ReservedByte;
            }
            else
            {
                int head = MessagePackHead.Read(message[(int)position..], out long body, out values);

                if (head == 0)
                {
                    break;
                }

                position += head + body;
            }

            // Each value takes a byte at least, so a count that cannot fit is refused before anything is buffered for it.
            if (position + values > MaxSize)
            {
                return FrameStatus.TooLarge;
            }

            if (values != 0)
            {
                if (depth == open.Length)
                {
                    if (depth == _maxDepth)
                    {
                        return FrameStatus.TooDeep;
                    }

                    Array.Resize(ref _open, Math.Min(depth * 2, _maxDepth));
                    open = _open;
                }

                open[depth++] = (uint)values;
                continue;
            }

            while (depth != 0 && --open[depth - 1] == 0)
            {
                depth--;
            }

            if (depth == 0)
            {
                return End(message, position, out length);
            }
        }

        _scanned = (int)position;
        _depth = depth;
        return FrameStatus.NeedMore;
    }

    private FrameStatus End(ReadOnlySpan<byte> message, long end, out int length)
    {
        _depth = 0;

        if (end > message.Length)
        {
            _scanned = (int)end;
            length = 0;
            return FrameStatus.NeedMore;
        }

        _scanned = 0;
        length = (int)end;
        return FrameStatus.Complete;
    }
}
