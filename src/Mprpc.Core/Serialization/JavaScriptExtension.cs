using MessagePack;

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

    private static ReadOnlySpan<byte> UndefinedBytes => [MessagePackCode.FixExt1, (byte)Undefined, 0];

    /// <summary>msgpack-lite's order, from its type 0x11 on: Int8Array ... Float64Array, Uint8ClampedArray, ArrayBuffer, Buffer.</summary>
    private static ReadOnlySpan<JavaScriptElement> OfMsgpackLite =>
    [
        JavaScriptElement.Int8, JavaScriptElement.UInt8, JavaScriptElement.Int16, JavaScriptElement.UInt16, JavaScriptElement.Int32, JavaScriptElement.UInt32,
        JavaScriptElement.Single, JavaScriptElement.Double, JavaScriptElement.UInt8, JavaScriptElement.UInt8, JavaScriptElement.UInt8,
    ];

    /// <summary>msgpackr's order: Int8, Uint8, Uint8Clamped, Int16, Uint16, Int32, Uint32, Float32, Float64, BigInt64, BigUint64.</summary>
    private static ReadOnlySpan<JavaScriptElement> OfMsgpackr =>
    [
        JavaScriptElement.Int8, JavaScriptElement.UInt8, JavaScriptElement.UInt8, JavaScriptElement.Int16, JavaScriptElement.UInt16, JavaScriptElement.Int32,
        JavaScriptElement.UInt32, JavaScriptElement.Single, JavaScriptElement.Double, JavaScriptElement.Int64, JavaScriptElement.UInt64,
    ];

    /// <summary>Whether the value is JavaScript's undefined: nil to everybody else.</summary>
    public static bool IsUndefined(ReadOnlySpan<byte> value) => value.StartsWith(UndefinedBytes);

    /// <summary>How many bytes undefined takes.</summary>
    public static int UndefinedSize => UndefinedBytes.Length;

    /// <summary>The bytes of a typed array whose elements are bytes.</summary>
    public static bool TryReadBytes(sbyte type, ReadOnlySpan<byte> body, out ReadOnlySpan<byte> bytes)
        => Find(type, body, out bytes) is JavaScriptElement.UInt8 or JavaScriptElement.Int8;

    /// <summary>What the elements of a typed array are.</summary>
    /// <param name="type">The extension's type.</param>
    /// <param name="body">What the extension holds.</param>
    /// <param name="bytes">The elements, one after another.</param>
    public static JavaScriptElement Find(sbyte type, ReadOnlySpan<byte> body, out ReadOnlySpan<byte> bytes)
    {
        bytes = body;

        if (type == TypedArray && !body.IsEmpty)
        {
            bytes = body[1..];
            return body[0] < OfMsgpackr.Length ? OfMsgpackr[body[0]] : JavaScriptElement.None;
        }

        return type is >= FirstArray and <= Buffer ? OfMsgpackLite[type - FirstArray]
            : type == View ? JavaScriptElement.UInt8
            : JavaScriptElement.None;
    }
}
