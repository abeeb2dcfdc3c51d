using Mprpc.Wire;

namespace Mprpc.Tool.Frames;

/// <summary>Cuts bytes into messages, whatever pieces they come in.</summary>
internal sealed class FrameBuffer
{
    // What the tool holds of one message; a proxy passes a larger one on, and shows nothing more.
    private const int MaxSize = 64 << 20;
    private const int MaxDepth = 512;

    private byte[] _bytes = [];
    private int _length;
    private FrameScanner _scanner = new(MaxSize, MaxDepth);

    /// <summary>Whether what came is no sequence of MessagePack values: nothing more is cut.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Takes bytes.</summary>
    /// <returns>The messages that are whole now.</returns>
    public List<ReadOnlyMemory<byte>> Add(ReadOnlySpan<byte> bytes)
    {
        List<ReadOnlyMemory<byte>> messages = [];

        if (IsBroken)
        {
            return messages;
        }

        if (_bytes.Length - _length < bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_length + bytes.Length, 2 * _bytes.Length));
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
        int start = 0;

        while (start < _length)
        {
            FrameStatus status = _scanner.Scan(_bytes.AsSpan(start, _length - start), out int length);

            if (status == FrameStatus.Complete)
            {
                messages.Add(_bytes.AsSpan(start, length).ToArray());
                start += length;
                _scanner = new FrameScanner(MaxSize, MaxDepth);
            }
            else if (status == FrameStatus.NeedMore)
            {
                break;
            }
            else
            {
                IsBroken = true;
                _bytes = [];
                return messages;
            }
        }

        _length -= start;
        _bytes.AsSpan(start, _length).CopyTo(_bytes);
        return messages;
    }
}
