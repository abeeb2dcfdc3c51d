using MessagePack;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>Rewrites values for peers of the old specification, which have one kind of text and bytes and no extension types (docs/protocol.md 7).</summary>
internal static class OldSpecTranscoder
{
    /// <summary>Writes whole values so that they contain no str8, bin or ext.</summary>
    /// <exception cref="MessagePackSerializationException">There is an extension value, which such a peer cannot read.</exception>
    public static void Write(MprpcWriter writer, ReadOnlySpan<byte> values)
    {
        // Arrays and maps need no change, so that their elements can be taken one after another.
        while (!values.IsEmpty)
        {
            int size = MeasureHeadAndBody(values);

            if (!MessagePackHead.TryReadBytes(values, out int head, out int length))
            {
                if (MessagePackCode.ToMessagePackType(values[0]) == MessagePackType.Extension)
                {
                    throw new MessagePackSerializationException(
                        "An extension value (a timestamp, say) cannot be sent to a peer of the old specification. Send a number or text in its place, or leave OldSpec off.");
                }

                writer.WriteEncoded(values[..size]);
            }
            else
            {
                writer.WriteStringHeader(length);
                writer.WriteEncoded(values.Slice(head, length));
            }

            values = values[size..];
        }
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
