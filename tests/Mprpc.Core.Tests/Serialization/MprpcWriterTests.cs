using System.Buffers;
using System.Text;
using CsCheck;
using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Serialization;

public sealed class MprpcWriterTests
{
    private static readonly long[] Edges =
    [
        0, 1, 127, 128, 255, 256, 32767, 32768, 65535, 65536, int.MaxValue, 2147483648, uint.MaxValue, 4294967296, long.MaxValue,
        -1, -32, -33, -128, -129, -32768, -32769, int.MinValue, -2147483649, long.MinValue,
    ];

    private delegate void Writing(ref MessagePackWriter writer);

    public static TheoryData<long> Integers => new(Edges);

    [Theory]
    [MemberData(nameof(Integers))]
    public void Write_Integer_IsAsShortAsMessagePacksOwn(long value)
    {
        byte[] shortest = Reference((ref MessagePackWriter writer) => writer.Write(value));

        AssertWritesIfInRange(value, long.MinValue, long.MaxValue, v => v, shortest);
        AssertWritesIfInRange(value, int.MinValue, int.MaxValue, v => (int)v, shortest);
        AssertWritesIfInRange(value, short.MinValue, short.MaxValue, v => (short)v, shortest);
        AssertWritesIfInRange(value, sbyte.MinValue, sbyte.MaxValue, v => (sbyte)v, shortest);
        AssertWritesIfInRange(value, 0, long.MaxValue, v => (ulong)v, shortest);
        AssertWritesIfInRange(value, 0, uint.MaxValue, v => (uint)v, shortest);
        AssertWritesIfInRange(value, 0, ushort.MaxValue, v => (ushort)v, shortest);
        AssertWritesIfInRange(value, 0, byte.MaxValue, v => (byte)v, shortest);
    }

    [Fact]
    public void Write_AnyInteger_IsAsShortAsMessagePacksOwnAndComesBack()
    {
        Gen.Long.Sample(value =>
        {
            Assert.Equal(Reference((ref MessagePackWriter writer) => writer.Write(value)), Written(value));
            Assert.Equal(value, RoundTrip(value));
        });

        Gen.ULong.Sample(value =>
        {
            Assert.Equal(Reference((ref MessagePackWriter writer) => writer.Write(value)), Written(value));
            Assert.Equal(value, RoundTrip(value));
        });

        Gen.Int.Sample(value => Assert.Equal(value, RoundTrip(value)));
        Gen.UInt.Sample(value => Assert.Equal(value, RoundTrip(value)));
        Gen.Short.Sample(value => Assert.Equal(value, RoundTrip(value)));
        Gen.UShort.Sample(value => Assert.Equal(value, RoundTrip(value)));
        Gen.SByte.Sample(value => Assert.Equal(value, RoundTrip(value)));
        Gen.Byte.Sample(value => Assert.Equal(value, RoundTrip(value)));
        Gen.Double.Sample(value => Assert.Equal(value, RoundTrip(value)));
        Gen.Float.Sample(value => Assert.Equal(value, RoundTrip(value)));
        Gen.Byte.Array[0, 1000].Sample(value => Assert.Equal(value, RoundTrip(value)));
    }

    [Fact]
    public void Write_AnyText_IsAsShortAsMessagePacksOwnAndComesBack()
        => Gen.String[0, 300].Sample(text =>
        {
            Assert.Equal(Reference((ref MessagePackWriter writer) => writer.WriteString(Encoding.UTF8.GetBytes(text))), Written(text));
            Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), RoundTrip(text));
        });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(65535)]
    [InlineData(65536)]
    public void Write_TextAndBytesOfEachLength_HaveTheShortestHead(int length)
    {
        string text = new('x', length);
        byte[] bytes = new byte[length];

        Assert.Equal(Reference((ref MessagePackWriter writer) => writer.Write(text)), Written(text));
        Assert.Equal(Reference((ref MessagePackWriter writer) => writer.Write(bytes)), Written(bytes));
        Assert.Equal(Written(bytes), Written<ReadOnlyMemory<byte>>(bytes));
        Assert.Equal(Written(bytes), Written<Memory<byte>>(bytes));
        Assert.Equal(text, RoundTrip(text));
        Assert.Equal(bytes, RoundTrip(bytes));
    }

    [Theory]
    [InlineData(0, "a0")]
    [InlineData(31, "bf")]
    [InlineData(32, "da0020")]
    [InlineData(255, "da00ff")]
    [InlineData(65535, "daffff")]
    [InlineData(65536, "db00010000")]
    public void Write_OldSpec_HasNoStr8AndNoBin(int length, string head)
    {
        string text = new('x', length);
        byte[] body = Encoding.UTF8.GetBytes(text);
        byte[] expected = [.. Hex.Bytes(head), .. body];

        Assert.Equal(expected, Written(text, oldSpec: true));
        Assert.Equal(expected, Written(body, oldSpec: true));
        Assert.Equal(expected, Written<ReadOnlyMemory<byte>>(body, oldSpec: true));
        Assert.Equal(expected, Written<Memory<byte>>(body, oldSpec: true));
        Assert.Equal(expected, WrittenArgument(text, oldSpec: true));
        Assert.Equal(expected, WrittenArgument(body, oldSpec: true));
        Assert.Equal([0x91, .. expected], Written<string[]>([text], oldSpec: true));
        Assert.Equal([0x91, .. expected], Written<byte[][]>([body], oldSpec: true));
    }

    // docs/protocol.md 7.5
    [Theory]
    [InlineData("d903616263", "a3616263")]
    [InlineData("c403ff0080", "a3ff0080")]
    [InlineData("c50003ff0080", "a3ff0080")]
    [InlineData("c600000003ff0080", "a3ff0080")]
    [InlineData("da0003616263", "a3616263")]
    [InlineData(
        "d920 7878787878787878787878787878787878787878787878787878787878787878", "da0020 7878787878787878787878787878787878787878787878787878787878787878")]
    [InlineData(
        "92 c420 7878787878787878787878787878787878787878787878787878787878787878 01",
        "92 da0020 7878787878787878787878787878787878787878787878787878787878787878 01")]
    [InlineData("c0", "c0")]
    [InlineData("dd00000001 df00000001 c40161 dc0000", "dd00000001 df00000001 a161 dc0000")]
    [InlineData("92 c40161 82 d90161 c3 cc01 c40162", "92 a161 82 a161 c3 cc01 a162")]
    [InlineData("93 c0 cb3ff0000000000000 ff", "93 c0 cb3ff0000000000000 ff")]
    public void Write_OldSpecRaw_IsTranslatedToRaw(string hex, string expected)
    {
        var raw = new MprpcRaw(Hex.Bytes(hex));

        Assert.Equal(Hex.Bytes(expected), Written(raw, oldSpec: true));
        Assert.Equal(Hex.Bytes(expected), WrittenArgument(raw, oldSpec: true));
        Assert.Equal([0x91, .. Hex.Bytes(expected)], Written<MprpcRaw[]>([raw], oldSpec: true));
        Assert.Equal(Hex.Bytes(hex), Written(raw));
    }

    [Theory]
    [InlineData("d40105")]
    [InlineData("c70305010203")]
    [InlineData("91 d6ff00000000")]
    [InlineData("81 a161 c8000105ff")]
    public void Write_OldSpecRawWithAnExt_IsRefused(string hex)
    {
        var raw = new MprpcRaw(Hex.Bytes(hex));

        Assert.Throws<MessagePackSerializationException>(() => Written(raw, oldSpec: true));
        Assert.Throws<MessagePackSerializationException>(() => WrittenArgument(raw, oldSpec: true));
        Assert.Equal(Hex.Bytes(hex), Written(raw));
    }

    [Fact]
    public void Write_OldSpecDateTime_IsRefused()
    {
        Assert.Throws<MessagePackSerializationException>(() => Written(DateTime.UnixEpoch, oldSpec: true));
        Assert.Throws<MessagePackSerializationException>(() => WrittenArgument(DateTime.UnixEpoch, oldSpec: true));
    }

    [Fact]
    public void Write_NullAndNothing_AreNil()
    {
        Assert.Equal("c0", Hex.Of(Written<string?>(null)));
        Assert.Equal("c0", Hex.Of(Written<byte[]?>(null)));
        Assert.Equal("c0", Hex.Of(Written<object?>(null)));
        Assert.Equal("c0", Hex.Of(Written<int?>(null)));
        Assert.Equal("c0", Hex.Of(Written<MprpcRaw>(default)));
        Assert.Equal("c0", Hex.Of(Written<NoValue>(default)));
        Assert.Equal("c400", Hex.Of(Written<ReadOnlyMemory<byte>>(default)));
        Assert.Equal("c0", Hex.Of(WrittenArgument(null)));
        Assert.Equal("c3", Hex.Of(Written(true)));
        Assert.Equal("c2", Hex.Of(Written(false)));
    }

    [Fact]
    public void WriteArgument_EachType_IsWrittenAsItsOwnTypeSays()
    {
        object[] values =
        [
            1, -1L, "text", new byte[] { 1, 2 }, true, 1.5, (short)-300, (ushort)300, (byte)200, (sbyte)-100, uint.MaxValue, ulong.MaxValue, 1.5f, 'c',
            new[] { 1, 2 }, new List<string> { "a" }, new Dictionary<string, int> { ["a"] = 1 }, (1, "a"), DateTime.UnixEpoch, 1.5m, Guid.Empty,
            DayOfWeek.Monday,
            new object?[] { 1, "a", null }, new MprpcRaw(Hex.Bytes("d40105")), new Memory<byte>([1]), new ReadOnlyMemory<byte>([1]), default(NoValue),
        ];

        foreach (object value in values)
        {
            byte[] expected = MessagePackSerializer.Serialize(value.GetType(), value, MprpcSerializerOptions.Default.MessagePack);

            Assert.True(expected.AsSpan().SequenceEqual(WrittenArgument(value)), $"{value.GetType()}: {Hex.Of(WrittenArgument(value))}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(65535)]
    [InlineData(65536)]
    public void WriteArrayHeader_EachCount_IsTheShortest(int count)
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default);

        writer.WriteArrayHeader(count);

        Assert.Equal(Reference((ref MessagePackWriter own) => own.WriteArrayHeader(count)), writer.WrittenMemory.ToArray());
    }

    [Fact]
    public void Write_MoreThanTheBufferHolds_GrowsAndKeepsWhatWasWritten()
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default, reserved: 7);
        var expected = new ArrayBufferWriter<byte>();

        for (int i = 0; i < 5000; i++)
        {
            writer.Write(i);
            writer.WriteRaw([0xc0, 0xc3]);
            expected.Write(Reference((ref MessagePackWriter own) => own.Write(i)));
            expected.Write<byte>([0xc0, 0xc3]);
        }

        writer.Write(new byte[1_000_000]);
        new byte[] { 0x94, 0x00, 0x01 }.CopyTo(writer.Prepend(3));

        Assert.Equal(3 + expected.WrittenCount + 5 + 1_000_000, writer.Length);
        Assert.Equal("940001", Hex.Of(writer.WrittenSpan[..3]));
        Assert.True(expected.WrittenSpan.SequenceEqual(writer.WrittenSpan[3..^1_000_005]));
    }

    [Fact]
    public void Truncate_AfterAFailure_LeavesWhatWasWrittenBefore()
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default, reserved: 7);

        writer.Write("kept");
        int kept = writer.Length;
        writer.Write(new string('x', 10_000));
        writer.Truncate(kept);
        writer.Write(7);

        Assert.Equal("a46b65707407", Hex.Of(writer.WrittenSpan));
    }

    [Fact]
    public void Clear_AfterWriting_IsEmpty()
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default, reserved: 7);

        writer.Write("text");
        writer.Clear();

        Assert.Equal(0, writer.Length);
    }

    [Fact]
    public void Rent_AfterReturn_IsEmptyAndHasTheNewSerializer()
    {
        MprpcWriter first = MprpcWriter.Rent(MprpcSerializerOptions.Default);
        first.Write(new byte[500_000]);
        MprpcWriter.Return(first);

        MprpcWriter second = MprpcWriter.Rent(MprpcSerializerOptions.Default.WithOldSpec(), reserved: 3);
        second.Write(new byte[40]);

        Assert.Equal("da0028", Hex.Of(second.WrittenSpan[..3]));
        Assert.Equal(43, second.Length);
    }

    [Fact]
    public void Rent_Several_AreDifferentWriters()
    {
        MprpcWriter[] writers = [.. Enumerable.Range(0, 10).Select(_ => MprpcWriter.Rent(MprpcSerializerOptions.Default))];

        Array.ForEach(writers, MprpcWriter.Return);
        MprpcWriter[] again = [.. Enumerable.Range(0, 10).Select(_ => MprpcWriter.Rent(MprpcSerializerOptions.Default))];

        Assert.Equal(10, writers.Distinct().Count());
        Assert.Equal(10, again.Distinct().Count());
    }

    [Fact]
    public void BufferWriter_AdvanceBeyondTheBuffer_IsRefused()
    {
        IBufferWriter<byte> writer = MprpcWriter.Rent(MprpcSerializerOptions.Default);

        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(10_000_000));
        Assert.True(writer.GetMemory(0).Length > 0);
        Assert.True(writer.GetSpan(5000).Length >= 5000);
    }

    [Fact]
    public void Write_FormatterThatFails_ThrowsAndCanBeTakenBack()
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default);
        writer.Write(1);
        int length = writer.Length;

        Assert.ThrowsAny<MessagePackSerializationException>(() => writer.Write(new Failing()));
        writer.Truncate(length);

        Assert.Equal("01", Hex.Of(writer.WrittenSpan));
    }

    private static void AssertWritesIfInRange<T>(long value, long min, long max, Func<long, T> convert, byte[] expected)
    {
        if (value >= min && value <= max)
        {
            Assert.Equal(expected, Written(convert(value)));
            Assert.Equal(convert(value), RoundTrip(convert(value)));
            Assert.Equal(expected, WrittenArgument(convert(value)));
        }
    }

    private static T RoundTrip<T>(T value)
    {
        var reader = new MprpcReader(Written(value), 0, 1, MprpcSerializerOptions.Default, loop: null);
        T back = reader.Read<T>();

        Assert.False(reader.Failed);
        return back;
    }

    private static byte[] Written<T>(T value, bool oldSpec = false)
    {
        MprpcWriter writer = MprpcWriter.Rent(oldSpec ? MprpcSerializerOptions.Default.WithOldSpec() : MprpcSerializerOptions.Default);
        writer.Write(value);
        byte[] bytes = writer.WrittenMemory.ToArray();
        MprpcWriter.Return(writer);
        return bytes;
    }

    private static byte[] WrittenArgument(object? value, bool oldSpec = false)
    {
        MprpcWriter writer = MprpcWriter.Rent(oldSpec ? MprpcSerializerOptions.Default.WithOldSpec() : MprpcSerializerOptions.Default);
        ArgumentWriter.Write(writer, value);
        byte[] bytes = writer.WrittenMemory.ToArray();
        MprpcWriter.Return(writer);
        return bytes;
    }

    private static byte[] Reference(Writing write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        write(ref writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public sealed class Failing
    {
        public string Text { get => field ?? throw new InvalidOperationException("boom"); set; }
    }
}
