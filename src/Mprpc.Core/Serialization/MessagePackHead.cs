using System.Buffers.Binary;
using MessagePack;

namespace Mprpc.Serialization;

/// <summary>Reads the heads of MessagePack values that have more than one byte.</summary>
internal static class MessagePackHead
{
    /// <summary>For each code: how many bytes the whole value has, where the code tells and no values are in it; else 0.</summary>
    public static ReadOnlySpan<byte> FixedSize =>
    [
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,     // 0x00 to 0x7f: int
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,     // map
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,     // array
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,     // str
        17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
        1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 5, 9, 2, 3, 5, 9,     // nil, (never used), false, true, bin, ext, float, uint
        2, 3, 5, 9, 3, 4, 6, 10, 18, 0, 0, 0, 0, 0, 0, 0,     // int, fixext, str, array, map
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,     // 0xe0 to 0xff: int
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ];

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

    /// <summary>Reads an integer of any encoding that is within the range of long; a float or nil is not taken for one.</summary>
    public static bool TryReadInteger(ReadOnlySpan<byte> value, out long integer, out int size)
    {
        // Above long.MaxValue MessagePackPrimitives throws instead of saying no.
        if (value[0] == MessagePackCode.UInt64 && value[1] >= 0x80)
        {
            integer = size = 0;
            return false;
        }

        return MessagePackPrimitives.TryReadInt64(value, out integer, out size) == MessagePackPrimitives.DecodeResult.Success;
    }

    /// <summary>The head of an array and how many values it has, in any width.</summary>
    public static bool TryReadArray(ReadOnlySpan<byte> value, out int head, out long count)
    {
        byte code = value[0];

        if (code is >= MessagePackCode.MinFixArray and <= MessagePackCode.MaxFixArray)
        {
            head = 1;
            count = code & 0x0f;
            return true;
        }

        if (code is MessagePackCode.Array16 or MessagePackCode.Array32)
        {
            head = Read(value, out _, out count);
            return true;
        }

        head = 0;
        count = 0;
        return false;
    }

    /// <summary>The head of a map and how many entries it has, in any width.</summary>
    public static bool TryReadMap(ReadOnlySpan<byte> value, out int head, out long entries)
    {
        byte code = value[0];

        if (code is >= MessagePackCode.MinFixMap and <= MessagePackCode.MaxFixMap)
        {
            head = 1;
            entries = code & 0x0f;
            return true;
        }

        if (code is MessagePackCode.Map16 or MessagePackCode.Map32)
        {
            head = Read(value, out _, out long values);
            entries = values / 2;
            return true;
        }

        head = 0;
        entries = 0;
        return false;
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
            int size = FixedSize[code];

            if (size != 0)
            {
                position += size;
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
