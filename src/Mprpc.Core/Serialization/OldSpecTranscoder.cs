using MessagePack;

namespace Mprpc.Serialization;

/// <summary>Rewrites values for peers of the old specification, which have one kind of text and bytes and no extension types (docs/protocol.md 7).</summary>
internal static class OldSpecTranscoder
{
    /// <summary>Takes the next piece off whole values: no str8, bin or ext is in it.</summary>
    /// <param name="values">What is left afterwards.</param>
    /// <param name="isRaw">Whether the piece is text or bytes without a head, which is to be written as such a peer reads it.</param>
    /// <exception cref="MessagePackSerializationException">There is an extension value, which such a peer cannot read.</exception>
    public static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> values, out bool isRaw)
    {
        // Arrays and maps need no change, so that their elements can be taken one after another.
        ReadOnlySpan<byte> value = values;
        int size = MeasureHeadAndBody(value);
        isRaw = MessagePackHead.TryReadBytes(value, out int head, out int length);

        if (!isRaw && MessagePackCode.ToMessagePackType(value[0]) == MessagePackType.Extension)
        {
            throw new MessagePackSerializationException(
                "An extension value (a timestamp, say) cannot be sent to a peer of the old specification. "
                + "Send a number or text in its place, or leave OldSpec off.");
        }

        values = value[size..];
        return isRaw ? value.Slice(head, length) : value[..size];
    }

    private static int MeasureHeadAndBody(ReadOnlySpan<byte> value)
    {
        byte code = value[0];

        if (code < 0xa0 || code >= 0xe0)
        {
            return 1;
        }

        return code < 0xc0 ? 1 + (code & 0x1f) : MessagePackHead.Read(value, out long body, out _) + (int)body;
    }
}
