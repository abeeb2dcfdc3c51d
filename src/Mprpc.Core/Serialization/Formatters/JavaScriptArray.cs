using System.Buffers.Binary;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>The typed arrays of JavaScript in the encoding of other languages (docs/protocol.md 7.3).</summary>
internal static class JavaScriptArray
{
    /// <summary>A typed array as the MessagePack array that other peers would have sent; null where it is no such extension.</summary>
    public static byte[]? TryConvert(sbyte type, ReadOnlySpan<byte> body)
    {
        JavaScriptElement element = JavaScriptExtension.Find(type, body, out ReadOnlySpan<byte> bytes);

        if (element == JavaScriptElement.None || bytes.Length % SizeOf(element) != 0)
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

    // A typed array goes out as it lies in memory, and the machines that run JavaScript have the low byte first.
    private static void Write(MprpcWriter writer, JavaScriptElement element, ReadOnlySpan<byte> bytes)
    {
        switch (element)
        {
            case JavaScriptElement.Int8:
                writer.WriteInt64((sbyte)bytes[0]);
                break;
            case JavaScriptElement.UInt8:
                writer.WriteUInt64(bytes[0]);
                break;
            case JavaScriptElement.Int16:
                writer.WriteInt64(BinaryPrimitives.ReadInt16LittleEndian(bytes));
                break;
            case JavaScriptElement.UInt16:
                writer.WriteUInt64(BinaryPrimitives.ReadUInt16LittleEndian(bytes));
                break;
            case JavaScriptElement.Int32:
                writer.WriteInt64(BinaryPrimitives.ReadInt32LittleEndian(bytes));
                break;
            case JavaScriptElement.UInt32:
                writer.WriteUInt64(BinaryPrimitives.ReadUInt32LittleEndian(bytes));
                break;
            case JavaScriptElement.Int64:
                writer.WriteInt64(BinaryPrimitives.ReadInt64LittleEndian(bytes));
                break;
            case JavaScriptElement.UInt64:
                writer.WriteUInt64(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
                break;
            case JavaScriptElement.Single:
                writer.WriteSingle(BinaryPrimitives.ReadSingleLittleEndian(bytes));
                break;
            default:
                writer.WriteDouble(BinaryPrimitives.ReadDoubleLittleEndian(bytes));
                break;
        }
    }

    private static int SizeOf(JavaScriptElement element) => element switch
    {
        JavaScriptElement.Int8 or JavaScriptElement.UInt8 => 1,
        JavaScriptElement.Int16 or JavaScriptElement.UInt16 => 2,
        JavaScriptElement.Int32 or JavaScriptElement.UInt32 or JavaScriptElement.Single => 4,
        _ => 8,
    };
}
