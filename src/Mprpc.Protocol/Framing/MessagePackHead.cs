using System.Buffers.Binary;

namespace Mprpc.Framing;

/// <summary>Reads the heads of MessagePack values that have more than one byte.</summary>
internal static class MessagePackHead
{
    // For the codes 0xc0 to 0xdf: how many bytes the head has with its length field ...
    private static ReadOnlySpan<byte> HeadSize =>
    [
        1, 0, 1, 1, 2, 3, 5, 2, 3, 5, 1, 1, 1, 1, 1, 1,     // nil, (never used), false, true, bin, ext, float, uint
        1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 5, 3, 5, 3, 5,     // int, fixext, str, array, map
    ];

    // ... and how many bytes follow that the length field does not count: numbers, and the type of an ext.
    private static ReadOnlySpan<byte> FixedBody =>
    [
        0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 4, 8, 1, 2, 4, 8,
        1, 2, 4, 8, 2, 3, 5, 9, 17, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>Returns the bytes of the head, or 0 where they are not all there.</summary>
    /// <param name="source">The value's bytes; the first is 0xc0 or above and below 0xe0.</param>
    /// <param name="body">How many bytes follow the head: a number, text, binary.</param>
    /// <param name="values">How many values follow the head: an array's elements, a map's keys and values.</param>
    public static int Read(ReadOnlySpan<byte> source, out long body, out long values)
    {
        int index = source[0] - 0xc0;
        int size = HeadSize[index];
        body = FixedBody[index];
        values = 0;

        if (source.Length < size)
        {
            return 0;
        }

        long declared = size switch
        {
            2 => source[1],
            3 => BinaryPrimitives.ReadUInt16BigEndian(source[1..]),
            5 => BinaryPrimitives.ReadUInt32BigEndian(source[1..]),
            _ => 0,
        };

        switch (source[0])
        {
            case 0xdc or 0xdd:
                values = declared;
                break;
            case 0xde or 0xdf:
                values = declared * 2;
                break;
            default:
                body += declared;
                break;
        }

        return size;
    }

    /// <summary>The head and the length of text or binary, in any width.</summary>
    public static bool TryReadBytes(ReadOnlySpan<byte> value, out int head, out int length)
    {
        byte code = value[0];

        if (code is >= 0xa0 and < 0xc0)
        {
            head = 1;
            length = code & 0x1f;
            return true;
        }

        if (code is (>= 0xc4 and <= 0xc6) or (>= 0xd9 and <= 0xdb))
        {
            head = Read(value, out long body, out _);
            length = (int)body;
            return head != 0;
        }

        head = length = 0;
        return false;
    }

    /// <summary>How many bytes a whole, well-formed value has.</summary>
    public static int MeasureValue(ReadOnlySpan<byte> source)
    {
        int position = 0;

        for (long values = 1; values != 0; values--)
        {
            byte code = source[position];

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
                values += code < 0x90 ? (code & 0x0f) * 2 : code & 0x0f;
            }
            else
            {
                position += Read(source[position..], out long body, out long inner);
                position += (int)body;
                values += inner;
            }
        }

        return position;
    }
}
