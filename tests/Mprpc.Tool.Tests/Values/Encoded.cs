using System.Buffers;
using CsCheck;
using MessagePack;

namespace Mprpc.Tool.Tests.Values;

/// <summary>Random MessagePack values, each part in its shortest encoding.</summary>
internal static class Encoded
{
    private const int MaxItems = 4;

    private static readonly Gen<byte[]> _bytes = Gen.OneOf(Gen.Byte.Array[0, 40], Gen.Byte.Array[250, 260], Gen.Byte.Array[65530, 65540]);

    private static readonly Gen<long> _integers = Gen.OneOf(
        Gen.Long, Gen.Int.Select(i => (long)i), Gen.Short.Select(i => (long)i), Gen.SByte.Select(i => (long)i), Gen.Long[-140, 300]);

    private static readonly Gen<string> _texts = Gen.OneOf(
        Gen.String[Gen.Char[' ', '~'], 0, 40],
        OneOf("$bin", "$map", "$time", "$", "a\u0000b", "\u001b[31m", "żółć \U0001f980", "\"quoted\"", "1", "null", "\u2028\u0085"));

    private static readonly Gen<byte[]> _leaves = Gen.OneOf(
        Gen.Const(Of(static (ref MessagePackWriter writer) => writer.WriteNil())),
        Gen.Bool.Select(value => Of((ref MessagePackWriter writer) => writer.Write(value))),
        _integers.Select(value => Of((ref MessagePackWriter writer) => writer.Write(value))),
        Gen.ULong.Select(value => Of((ref MessagePackWriter writer) => writer.Write(value))),
        Gen.ULong.Select(bits => Of((ref MessagePackWriter writer) => writer.Write(BitConverter.UInt64BitsToDouble(bits)))),
        Gen.Double[-1000, 1000].Select(value => Of((ref MessagePackWriter writer) => writer.Write(value))),
        OneOf(0d, -0d, 1d, 1e20, 1e15, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, double.MaxValue)
            .Select(value => Of((ref MessagePackWriter writer) => writer.Write(value))),
        Gen.UInt.Select(bits => Of((ref MessagePackWriter writer) => writer.Write(BitConverter.UInt32BitsToSingle(bits)))),
        OneOf(0f, -0f, 1f, float.NaN, float.PositiveInfinity).Select(value => Of((ref MessagePackWriter writer) => writer.Write(value))),
        _texts.Select(OfText),
        _bytes.Select(value => Of((ref MessagePackWriter writer) => writer.WriteString(value))),
        _bytes.Select(value => Of((ref MessagePackWriter writer) => writer.Write(value))),
        Gen.Select(Gen.SByte, _bytes).Select(pair => OfExtension(pair.Item1, pair.Item2)),
        Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[8], Gen.Byte.Array[12]).Select(body => OfExtension(-1, body)),
        Gen.DateTime.Select(time => Of((ref MessagePackWriter writer) => writer.Write(DateTime.SpecifyKind(time, DateTimeKind.Utc)))));

    /// <summary>Values up to four levels deep, of every type.</summary>
    public static Gen<byte[]> Values { get; } = Nested(Nested(Nested(_leaves)));

    public static byte[] OfText(string text) => Of((ref MessagePackWriter writer) => writer.WriteString(System.Text.Encoding.UTF8.GetBytes(text)));

    public static byte[] OfExtension(sbyte type, byte[] body)
        => Of((ref MessagePackWriter writer) =>
        {
            writer.WriteExtensionFormatHeader(new ExtensionHeader(type, (uint)body.Length));
            writer.WriteRaw(body);
        });

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private delegate void Writing(ref MessagePackWriter writer);

    private static Gen<byte[]> Nested(Gen<byte[]> items)
        => Gen.Frequency(
            (3, _leaves),
            (1, items.Array[0, MaxItems].Select(values => OfArray(values))),
            (1, Gen.Select(_texts.Select(OfText), items).Array[0, MaxItems].Select(OfMap)),
            (1, Gen.Select(items, items).Array[0, MaxItems].Select(OfMap)));

    private static byte[] OfArray(byte[][] items)
        => Of((ref MessagePackWriter writer) =>
        {
            writer.WriteArrayHeader(items.Length);
            WriteAll(ref writer, items);
        });

    private static byte[] OfMap((byte[] Key, byte[] Value)[] pairs)
        => Of((ref MessagePackWriter writer) =>
        {
            writer.WriteMapHeader(pairs.Length);
            WriteAll(ref writer, pairs.SelectMany(pair => new[] { pair.Key, pair.Value }));
        });

    private static void WriteAll(ref MessagePackWriter writer, IEnumerable<byte[]> values)
    {
        foreach (byte[] value in values)
        {
            writer.WriteRaw(value);
        }
    }

    private static byte[] Of(Writing write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        write(ref writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
