using Mprpc.Wire;

namespace Mprpc.Tool.Frames;

/// <summary>Cuts bytes into messages, whatever pieces they come in.</summary>
internal sealed class FrameBuffer
{
    // What the tool holds of one message; a proxy passes a larger one on, and shows nothing more.
    private const int MaxSize = 64 << 20;
    private const int MaxDepth = 512;

    private byte[] _bytes = [];
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

        // A new array: the messages that were cut keep the old one.
        byte[] all = [.. _bytes, .. bytes];
        int start = 0;

        while (start < all.Length)
        {
            FrameStatus status = _scanner.Scan(all.AsSpan(start), out int length);

            if (status == FrameStatus.Complete)
            {
                messages.Add(all.AsMemory(start, length));
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
                break;
            }
        }

        _bytes = IsBroken ? [] : all[start..];
        return messages;
    }
}
