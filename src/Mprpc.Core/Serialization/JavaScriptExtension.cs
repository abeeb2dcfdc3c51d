using System.Buffers.Binary;
using MessagePack;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>The extension types of JavaScript's libraries that stand for what others write without one (docs/protocol.md 7.3).</summary>
internal static class JavaScriptExtension
{
    // msgpackr: undefined is type 0 with one byte, 0; a typed array is type 't', its kind in the first byte.
    private const sbyte Undefined = 0;
    private const sbyte TypedArray = 0x74;

    // msgpack-lite: one type for each kind of typed array, then ArrayBuffer, Buffer, and DataView.
    private const sbyte FirstArray = 0x11;
    private const sbyte Buffer = 0x1b;
    private const sbyte View = 0x1d;

    private enum Element
    {
        None,
        Int8,
        UInt8,
        Int16,
        UInt16,
        Int32,
        UInt32,
        Single,
        Double,
        Int64,
        UInt64,
    }

    private static ReadOnlySpan<byte> UndefinedBytes => [MessagePackCode.FixExt1, (byte)Undefined, 0];

    /// <summary>msgpack-lite's order, from its type 0x11 on: Int8Array ... Float64Array, Uint8ClampedArray, ArrayBuffer, Buffer.</summary>
    private static ReadOnlySpan<byte> OfMsgpackLite =>
    [
        (byte)Element.Int8, (byte)Element.UInt8, (byte)Element.Int16, (byte)Element.UInt16, (byte)Element.Int32, (byte)Element.UInt32, (byte)Element.Single,
        (byte)Element.Double, (byte)Element.UInt8, (byte)Element.UInt8, (byte)Element.UInt8,
    ];

    /// <summary>msgpackr's order: Int8, Uint8, Uint8Clamped, Int16, Uint16, Int32, Uint32, Float32, Float64, BigInt64, BigUint64.</summary>
    private static ReadOnlySpan<byte> OfMsgpackr =>
    [
        (byte)Element.Int8, (byte)Element.UInt8, (byte)Element.UInt8, (byte)Element.Int16, (byte)Element.UInt16, (byte)Element.Int32, (byte)Element.UInt32,
        (byte)Element.Single, (byte)Element.Double, (byte)Element.Int64, (byte)Element.UInt64,
    ];

    /// <summary>Whether the value is JavaScript's undefined: nil to everybody else.</summary>
    public static bool IsUndefined(ReadOnlySpan<byte> value) => value.StartsWith(UndefinedBytes);

    /// <summary>How many bytes undefined takes.</summary>
    public static int UndefinedSize => UndefinedBytes.Length;

    /// <summary>The bytes of a typed array whose elements are bytes.</summary>
    public static bool TryReadBytes(sbyte type, ReadOnlySpan<byte> body, out ReadOnlySpan<byte> bytes)
        => Find(type, body, out bytes) is Element.UInt8 or Element.Int8;

    /// <summary>A typed array as the MessagePack array that other peers would have sent; null where it is no such extension.</summary>
    public static byte[]? TryConvert(sbyte type, ReadOnlySpan<byte> body)
    {
        Element element = Find(type, body, out ReadOnlySpan<byte> bytes);

        if (element == Element.None || bytes.Length % SizeOf(element) != 0)
        {
            return null;
        }

        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default);

        try
        {
            writer.WriteArrayHeader(bytes.Length / SizeOf(element));

            for (; !bytes.IsEmpty; bytes = bytes[SizeOf(element)..])
            {
                Write(writer, element, bytes);
            }

            return writer.WrittenSpan.ToArray();
        }
        finally
        {
            MprpcWriter.Return(writer);
        }
    }

    private static Element Find(sbyte type, ReadOnlySpan<byte> body, out ReadOnlySpan<byte> bytes)
    {
        bytes = body;

        if (type == TypedArray && !body.IsEmpty)
        {
            bytes = body[1..];
            return body[0] < OfMsgpackr.Length ? (Element)OfMsgpackr[body[0]] : Element.None;
        }

        return type is >= FirstArray and <= Buffer ? (Element)OfMsgpackLite[type - FirstArray]
            : type == View ? Element.UInt8
            : Element.None;
    }

    // A typed array goes out as it lies in memory, and the machines that run JavaScript have the low byte first.
    private static void Write(MprpcWriter writer, Element element, ReadOnlySpan<byte> bytes)
    {
        switch (element)
        {
            case Element.Int8:
                writer.WriteInt64((sbyte)bytes[0]);
                break;
            case Element.UInt8:
                writer.WriteUInt64(bytes[0]);
                break;
            case Element.Int16:
                writer.WriteInt64(BinaryPrimitives.ReadInt16LittleEndian(bytes));
                break;
            case Element.UInt16:
                writer.WriteUInt64(BinaryPrimitives.ReadUInt16LittleEndian(bytes));
                break;
            case Element.Int32:
                writer.WriteInt64(BinaryPrimitives.ReadInt32LittleEndian(bytes));
                break;
            case Element.UInt32:
                writer.WriteUInt64(BinaryPrimitives.ReadUInt32LittleEndian(bytes));
                break;
            case Element.Int64:
                writer.WriteInt64(BinaryPrimitives.ReadInt64LittleEndian(bytes));
                break;
            case Element.UInt64:
                writer.WriteUInt64(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
                break;
            case Element.Single:
                writer.WriteSingle(BinaryPrimitives.ReadSingleLittleEndian(bytes));
                break;
            default:
                writer.WriteDouble(BinaryPrimitives.ReadDoubleLittleEndian(bytes));
                break;
        }
    }

    private static int SizeOf(Element element) => element switch
    {
        Element.Int8 or Element.UInt8 => 1,
        Element.Int16 or Element.UInt16 => 2,
        Element.Int32 or Element.UInt32 or Element.Single => 4,
        _ => 8,
    };
}
