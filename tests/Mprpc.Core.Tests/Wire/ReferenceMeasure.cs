namespace Mprpc.Core.Tests.Wire;

/// <summary>Measures a value the simple way: recursive, from the start, from the specification's table. What the scanner is checked against.</summary>
internal static class ReferenceMeasure
{
    private const int NotThere = -1;
    private const int Reserved = -2;

    /// <summary>The length of the first value; null where it is not all there.</summary>
    /// <exception cref="FormatException">0xc1 stands where a value should begin, and all before it is there.</exception>
    public static int? Length(ReadOnlySpan<byte> bytes)
    {
        int end = Value(bytes, 0);
        return end == Reserved ? throw new FormatException("0xc1") : end == NotThere ? null : end;
    }

    private static int Value(ReadOnlySpan<byte> bytes, int at)
    {
        if (at >= bytes.Length)
        {
            return NotThere;
        }

        byte code = bytes[at];
        return code switch
        {
            <= 0x7f or >= 0xe0 or 0xc0 or 0xc2 or 0xc3 => at + 1,
            <= 0x8f => Values(bytes, at + 1, 2L * (code & 15)),
            <= 0x9f => Values(bytes, at + 1, code & 15),
            <= 0xbf => Body(bytes, at + 1, code & 31),
            0xc1 => Reserved,
            0xc4 or 0xd9 => Sized(bytes, at, 1, 0),
            0xc5 or 0xda => Sized(bytes, at, 2, 0),
            0xc6 or 0xdb => Sized(bytes, at, 4, 0),
            0xc7 => Sized(bytes, at, 1, 1),
            0xc8 => Sized(bytes, at, 2, 1),
            0xc9 => Sized(bytes, at, 4, 1),
            0xcc or 0xd0 => Body(bytes, at + 1, 1),
            0xcd or 0xd1 => Body(bytes, at + 1, 2),
            0xca or 0xce or 0xd2 => Body(bytes, at + 1, 4),
            0xcb or 0xcf or 0xd3 => Body(bytes, at + 1, 8),
            0xd4 => Body(bytes, at + 1, 2),
            0xd5 => Body(bytes, at + 1, 3),
            0xd6 => Body(bytes, at + 1, 5),
            0xd7 => Body(bytes, at + 1, 9),
            0xd8 => Body(bytes, at + 1, 17),
            0xdc => Counted(bytes, at, 2, 1),
            0xdd => Counted(bytes, at, 4, 1),
            0xde => Counted(bytes, at, 2, 2),
            _ => Counted(bytes, at, 4, 2),
        };
    }

    private static int Sized(ReadOnlySpan<byte> bytes, int at, int width, int more)
        => Number(bytes, at + 1, width) is { } size ? Body(bytes, at + 1 + width, size + more) : NotThere;

    private static int Counted(ReadOnlySpan<byte> bytes, int at, int width, int values)
        => Number(bytes, at + 1, width) is { } count ? Values(bytes, at + 1 + width, count * values) : NotThere;

    private static int Body(ReadOnlySpan<byte> bytes, long start, long length) => start + length <= bytes.Length ? (int)(start + length) : NotThere;

    private static int Values(ReadOnlySpan<byte> bytes, int at, long count)
    {
        for (; count != 0 && at >= 0; count--)
        {
            at = Value(bytes, at);
        }

        return at;
    }

    private static long? Number(ReadOnlySpan<byte> bytes, int at, int width)
    {
        if (at + width > bytes.Length)
        {
            return null;
        }

        long number = 0;

        foreach (byte b in bytes.Slice(at, width))
        {
            number = (number << 8) | b;
        }

        return number;
    }
}
