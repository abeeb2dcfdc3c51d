using CsCheck;

namespace Mprpc.Core.Tests.Serialization;

/// <summary>Random MessagePack values of every type, as bytes.</summary>
internal static class MessagePackGen
{
    private static readonly byte[] OneByte = [0x00, 0x7f, 0xe0, 0xff, 0xc0, 0xc2, 0xc3, 0x80, 0x90, 0xa0];

    private static readonly Gen<byte[]> Leaf = Gen.OneOf(
        Gen.Int[0, OneByte.Length - 1].Select(i => (byte[])[OneByte[i]]),
        Fixed(0xcc, 1), Fixed(0xcd, 2), Fixed(0xce, 4), Fixed(0xcf, 8), Fixed(0xd0, 1), Fixed(0xd1, 2), Fixed(0xd2, 4), Fixed(0xd3, 8),
        Fixed(0xca, 4), Fixed(0xcb, 8), Fixed(0xd4, 2), Fixed(0xd5, 3), Fixed(0xd6, 5), Fixed(0xd7, 9), Fixed(0xd8, 17),
        Gen.Byte.Array[0, 31].Select(body => (byte[])[(byte)(0xa0 | body.Length), .. body]),
        Sized(0xc4, 1, 0), Sized(0xc5, 2, 0), Sized(0xc6, 4, 0), Sized(0xd9, 1, 0), Sized(0xda, 2, 0), Sized(0xdb, 4, 0),
        Sized(0xc7, 1, 1), Sized(0xc8, 2, 1), Sized(0xc9, 4, 1));

    /// <summary>A value that nests at most four levels.</summary>
    public static Gen<byte[]> Value { get; } = Nest(Nest(Nest(Nest(Leaf))));

    /// <summary>An array of <paramref name="count"/> values with the shortest head.</summary>
    public static Gen<byte[]> Params { get; } = Value.Array[0, 5]
        .Select(values => (byte[])[(byte)(0x90 | values.Length), .. values.SelectMany(value => value)]);

    private static Gen<byte[]> Nest(Gen<byte[]> inner) => Gen.Frequency(
        (4, Leaf),
        (1, inner.Array[0, 15].Select(values => (byte[])[(byte)(0x90 | values.Length), .. values.SelectMany(value => value)])),
        (1, inner.Array[0, 20].Select(values => (byte[])[0xdc, 0, (byte)values.Length, .. values.SelectMany(value => value)])),
        (1, inner.Array[0, 20].Select(values => (byte[])[0xdd, 0, 0, 0, (byte)values.Length, .. values.SelectMany(value => value)])),
        (1, inner.Array[0, 5].Select(values => (byte[])[(byte)(0x80 | values.Length), .. values.Concat(values).SelectMany(value => value)])),
        (1, inner.Array[0, 5].Select(values => (byte[])[0xde, 0, (byte)values.Length, .. values.Concat(values).SelectMany(value => value)])),
        (1, inner.Array[0, 5].Select(values => (byte[])[0xdf, 0, 0, 0, (byte)values.Length, .. values.Concat(values).SelectMany(value => value)])));

    private static Gen<byte[]> Fixed(byte code, int size) => Gen.Byte.Array[size].Select(body => (byte[])[code, .. body]);

    private static Gen<byte[]> Sized(byte code, int width, int more)
        => Gen.Byte.Array[0, 255 - more].Select(body => (byte[])[code, .. new byte[width - 1], (byte)body.Length, .. new byte[more], .. body]);
}
