using System.Buffers.Binary;

namespace Mprpc.Conformance.Wire;

/// <summary>A MessagePack decoder of its own, written from the format's specification, so that the suite trusts no library.</summary>
public static class WireDecoder
{
    /// <summary>Reads the first value, or says that it is not whole yet.</summary>
    /// <exception cref="FormatException">The bytes hold 0xc1, which no value starts with.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out WireValue value)
    {
        int position = 0;
        return TryRead(bytes, ref position, out value);
    }

    /// <summary>Reads a value that is known to be whole.</summary>
    /// <exception cref="FormatException">It is not, or something follows it.</exception>
    public static WireValue Read(ReadOnlySpan<byte> bytes)
    {
        if (!TryRead(bytes, out WireValue value) || value.Encoded.Length != bytes.Length)
        {
            throw new FormatException($"Not exactly one MessagePack value: {Hex.Print(bytes)}");
        }

        return value;
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, ref int position, out WireValue value)
    {
        value = null!;
        int start = position;
        if (position >= bytes.Length)
        {
            return false;
        }

        byte code = bytes[position++];
        switch (code)
        {
            case <= 0x7f: return Done(bytes, start, position, WireKind.Number, out value, code);
            case <= 0x8f: return TryReadItems(bytes, start, ref position, WireKind.Map, (code & 0x0f) * 2L, out value);
            case <= 0x9f: return TryReadItems(bytes, start, ref position, WireKind.Array, code & 0x0f, out value);
            case <= 0xbf: return TryReadPayload(bytes, start, ref position, WireKind.Text, code & 0x1f, out value);
            case 0xc0: return Done(bytes, start, position, WireKind.Nil, out value);
            case 0xc1: throw new FormatException("0xc1 starts no MessagePack value.");
            case 0xc2 or 0xc3: return Done(bytes, start, position, WireKind.Boolean, out value, code - 0xc2);
            case >= 0xc4 and <= 0xc6: return TryReadSized(bytes, start, ref position, WireKind.Bytes, 1 << (code - 0xc4), 0, out value);
            case >= 0xc7 and <= 0xc9: return TryReadSized(bytes, start, ref position, WireKind.Extension, 1 << (code - 0xc7), 1, out value);
            case 0xca: return TryReadPayload(bytes, start, ref position, WireKind.Real, 4, out value);
            case 0xcb: return TryReadPayload(bytes, start, ref position, WireKind.Real, 8, out value);
            case >= 0xcc and <= 0xcf: return TryReadInteger(bytes, start, ref position, 1 << (code - 0xcc), signed: false, out value);
            case >= 0xd0 and <= 0xd3: return TryReadInteger(bytes, start, ref position, 1 << (code - 0xd0), signed: true, out value);
            case >= 0xd4 and <= 0xd8: return TryReadPayload(bytes, start, ref position, WireKind.Extension, 1 + (1 << (code - 0xd4)), out value);
            case >= 0xd9 and <= 0xdb: return TryReadSized(bytes, start, ref position, WireKind.Text, 1 << (code - 0xd9), 0, out value);
            case 0xdc or 0xdd: return TryReadCounted(bytes, start, ref position, WireKind.Array, code == 0xdc ? 2 : 4, 1, out value);
            case 0xde or 0xdf: return TryReadCounted(bytes, start, ref position, WireKind.Map, code == 0xde ? 2 : 4, 2, out value);
            default: return Done(bytes, start, position, WireKind.Number, out value, (sbyte)code);
        }
    }

    private static bool TryReadInteger(ReadOnlySpan<byte> bytes, int start, ref int position, int width, bool signed, out WireValue value)
    {
        value = null!;
        if (bytes.Length - position < width)
        {
            return false;
        }

        ReadOnlySpan<byte> digits = bytes.Slice(position, width);
        position += width;
        Int128 number = (width, signed) switch
        {
            (1, false) => digits[0],
            (1, true) => (sbyte)digits[0],
            (2, false) => BinaryPrimitives.ReadUInt16BigEndian(digits),
            (2, true) => BinaryPrimitives.ReadInt16BigEndian(digits),
            (4, false) => BinaryPrimitives.ReadUInt32BigEndian(digits),
            (4, true) => BinaryPrimitives.ReadInt32BigEndian(digits),
            (_, false) => BinaryPrimitives.ReadUInt64BigEndian(digits),
            (_, true) => BinaryPrimitives.ReadInt64BigEndian(digits),
        };
        return Done(bytes, start, position, WireKind.Number, out value, number);
    }

    private static bool TryReadSized(
        ReadOnlySpan<byte> bytes, int start, ref int position, WireKind kind, int width, int extra, out WireValue value)
    {
        value = null!;
        return TryReadLength(bytes, ref position, width, out long length)
            && TryReadPayload(bytes, start, ref position, kind, length + extra, out value);
    }

    private static bool TryReadCounted(
        ReadOnlySpan<byte> bytes, int start, ref int position, WireKind kind, int width, int itemsEach, out WireValue value)
    {
        value = null!;
        return TryReadLength(bytes, ref position, width, out long count)
            && TryReadItems(bytes, start, ref position, kind, count * itemsEach, out value);
    }

    private static bool TryReadLength(ReadOnlySpan<byte> bytes, ref int position, int width, out long length)
    {
        length = 0;
        if (bytes.Length - position < width)
        {
            return false;
        }

        for (int i = 0; i < width; i++)
        {
            length = (length << 8) | bytes[position++];
        }

        return true;
    }

    private static bool TryReadPayload(ReadOnlySpan<byte> bytes, int start, ref int position, WireKind kind, long length, out WireValue value)
    {
        value = null!;
        if (bytes.Length - position < length)
        {
            return false;
        }

        byte[] payload = bytes.Slice(position, (int)length).ToArray();
        position += payload.Length;
        value = new WireValue(kind, bytes[start..position].ToArray(), payload, 0, []);
        return true;
    }

    private static bool TryReadItems(ReadOnlySpan<byte> bytes, int start, ref int position, WireKind kind, long count, out WireValue value)
    {
        value = null!;
        var items = new List<WireValue>();
        for (long i = 0; i < count; i++)
        {
            if (!TryRead(bytes, ref position, out WireValue item))
            {
                return false;
            }

            items.Add(item);
        }

        value = new WireValue(kind, bytes[start..position].ToArray(), [], 0, items);
        return true;
    }

    private static bool Done(ReadOnlySpan<byte> bytes, int start, int end, WireKind kind, out WireValue value, Int128 number = default)
    {
        value = new WireValue(kind, bytes[start..end].ToArray(), [], number, []);
        return true;
    }
}
