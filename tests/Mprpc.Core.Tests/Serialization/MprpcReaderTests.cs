using CsCheck;
using Mprpc.CompilerServices;
using Mprpc.Serialization;

namespace Mprpc.Core.Tests.Serialization;

public sealed class MprpcReaderTests
{
    [Theory]
    [InlineData("00", 0L)]
    [InlineData("7f", 127L)]
    [InlineData("ff", -1L)]
    [InlineData("e0", -32L)]
    [InlineData("cc80", 128L)]
    [InlineData("cc00", 0L)]
    [InlineData("cdffff", 65535L)]
    [InlineData("ceffffffff", 4294967295L)]
    [InlineData("cf7fffffffffffffff", long.MaxValue)]
    [InlineData("cf0000000000000007", 7L)]
    [InlineData("d080", -128L)]
    [InlineData("d07f", 127L)]
    [InlineData("d18000", -32768L)]
    [InlineData("d280000000", -2147483648L)]
    [InlineData("d38000000000000000", long.MinValue)]
    [InlineData("d37fffffffffffffff", long.MaxValue)]
    [InlineData("d3ffffffffffffffff", -1L)]
    public void Read_IntegerInAnyEncoding_FitsEachTypeWhoseRangeHoldsIt(string hex, long value)
    {
        AssertReads(hex, value, sbyte.MinValue, sbyte.MaxValue, v => (sbyte)v);
        AssertReads(hex, value, byte.MinValue, byte.MaxValue, v => (byte)v);
        AssertReads(hex, value, short.MinValue, short.MaxValue, v => (short)v);
        AssertReads(hex, value, ushort.MinValue, ushort.MaxValue, v => (ushort)v);
        AssertReads(hex, value, int.MinValue, int.MaxValue, v => (int)v);
        AssertReads(hex, value, uint.MinValue, uint.MaxValue, v => (uint)v);
        AssertReads(hex, value, long.MinValue, long.MaxValue, v => v);
        AssertReads(hex, value, 0, long.MaxValue, v => (ulong)v);
    }

    [Theory]
    [InlineData("cfffffffffffffffff", ulong.MaxValue)]
    [InlineData("cf8000000000000000", 0x8000000000000000UL)]
    public void Read_IntegerAboveLong_FitsUlongOnly(string hex, ulong value)
    {
        Assert.Equal(value, Read<ulong>(hex));

        AssertRefuses<long>(hex, "long");
        AssertRefuses<int>(hex, "int");
        AssertRefuses<uint>(hex, "uint");
        AssertRefuses<short>(hex, "short");
        AssertRefuses<ushort>(hex, "ushort");
        AssertRefuses<sbyte>(hex, "sbyte");
        AssertRefuses<byte>(hex, "byte");
    }

    [Theory]
    [InlineData("ff")]
    [InlineData("e0")]
    [InlineData("d080")]
    [InlineData("d1ffff")]
    [InlineData("d280000000")]
    [InlineData("d38000000000000000")]
    public void Read_NegativeIntegerAsUnsigned_Fails(string hex)
    {
        AssertRefuses<ulong>(hex, "ulong");
        AssertRefuses<uint>(hex, "uint");
        AssertRefuses<ushort>(hex, "ushort");
        AssertRefuses<byte>(hex, "byte");
    }

    [Theory]
    [InlineData("c0")]
    [InlineData("c3")]
    [InlineData("ca3fc00000")]
    [InlineData("cb3ff8000000000000")]
    [InlineData("a131")]
    [InlineData("c40131")]
    [InlineData("9101")]
    [InlineData("8101c0")]
    [InlineData("d40101")]
    public void Read_NoIntegerAsOne_Fails(string hex)
    {
        AssertRefuses<int>(hex, "int");
        AssertRefuses<long>(hex, "long");
        AssertRefuses<ulong>(hex, "ulong");
        AssertRefuses<uint>(hex, "uint");
        AssertRefuses<byte>(hex, "byte");
    }

    [Fact]
    public void Read_Bool_IsTrueOrFalseAndNothingElse()
    {
        Assert.True(Read<bool>("c3"));
        Assert.False(Read<bool>("c2"));

        AssertRefuses<bool>("00", "bool");
        AssertRefuses<bool>("01", "bool");
        AssertRefuses<bool>("c0", "bool");
        AssertRefuses<bool>("a4 74727565", "bool");
    }

    [Theory]
    [InlineData("cb3ff8000000000000", 1.5)]
    [InlineData("ca3fc00000", 1.5)]
    [InlineData("03", 3.0)]
    [InlineData("ff", -1.0)]
    [InlineData("ceffffffff", 4294967295.0)]
    [InlineData("cfffffffffffffffff", 18446744073709551615.0)]
    [InlineData("d38000000000000000", -9223372036854775808.0)]
    [InlineData("cb7ff0000000000000", double.PositiveInfinity)]
    [InlineData("cb7ff8000000000000", double.NaN)]
    public void Read_NumberOfAnyKind_FitsDoubleAndFloat(string hex, double value)
    {
        Assert.Equal(value, Read<double>(hex));
        Assert.Equal((float)value, Read<float>(hex));
    }

    [Theory]
    [InlineData("c0")]
    [InlineData("c3")]
    [InlineData("a3312e35")]
    [InlineData("90")]
    public void Read_NoNumberAsDouble_Fails(string hex)
    {
        AssertRefuses<double>(hex, "double");
        AssertRefuses<float>(hex, "float");
    }

    [Theory]
    [InlineData("a3 73756d")]
    [InlineData("d903 73756d")]
    [InlineData("da0003 73756d")]
    [InlineData("db00000003 73756d")]
    [InlineData("c403 73756d")]
    [InlineData("c50003 73756d")]
    [InlineData("c600000003 73756d")]
    public void Read_StrAndBinInAnyWidth_AreTextAndBytesAlike(string hex)
    {
        Assert.Equal("sum", Read<string>(hex));
        Assert.Equal("sum"u8.ToArray(), Read<byte[]>(hex));
        Assert.Equal("sum"u8.ToArray(), Read<ReadOnlyMemory<byte>>(hex).ToArray());
        Assert.Equal("sum"u8.ToArray(), Read<Memory<byte>>(hex).ToArray());
    }

    [Theory]
    [InlineData("a0", "")]
    [InlineData("c400", "")]
    [InlineData("a2 c3a4", "ä")]
    [InlineData("a4 f09f9880", "😀")]
    [InlineData("a1 00", "\0")]
    [InlineData("a3 efbbbf", "\ufeff")]
    public void Read_Text_IsWhatWasSent(string hex, string text)
    {
        Assert.Equal(text, Read<string>(hex));
    }

    [Theory]
    [InlineData("a3 ff0080")]
    [InlineData("c403 ff0080")]
    [InlineData("a1 c3")]               // cut in the middle of a character
    [InlineData("a2 c080")]             // NUL in two bytes
    [InlineData("a3 eda080")]           // a surrogate
    [InlineData("a4 f4908080")]         // above U+10FFFF
    public void Read_TextThatIsNoUtf8_IsRefusedAsStringAndKeptAsBytes(string hex)
    {
        byte[] bytes = Hex.Bytes(hex);
        int head = bytes[0] == 0xc4 ? 2 : 1;

        AssertRefuses<string>(hex, "string (valid UTF-8; take byte[] or MprpcRaw for text in other encodings)");

        Assert.Equal(bytes[head..], Read<byte[]>(hex));
        Assert.Equal(bytes, Read<MprpcRaw>(hex).Memory.ToArray());
        Assert.Equal(bytes, bytes[0] == 0xc4 ? bytes : Assert.IsType<MprpcRaw>(Read<object>(hex)).Memory.ToArray());
    }

    [Fact]
    public void Read_ManyTextsThatAreNoUtf8AsObject_MakesNoExceptionOfEach()
    {
        const int Texts = 1_000;
        byte[] bytes = Hex.Bytes("dc03e8" + string.Concat(Enumerable.Repeat("a1ff", Texts)));
        TryRead<object>(bytes);     // what is made at first and stays

        long before = GC.GetAllocatedBytesForCurrentThread();
        object values = TryRead<object>(bytes);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(Texts, Assert.IsType<object[]>(values).Length);
        Assert.InRange(allocated, 0, Texts * 200);      // an exception has about a thousand bytes
    }

    [Theory]
    [InlineData("01")]
    [InlineData("c2")]
    [InlineData("90")]
    [InlineData("80")]
    [InlineData("d40161")]
    public void Read_NoTextAsText_Fails(string hex)
    {
        AssertRefuses<string>(hex, "string");
        AssertRefuses<byte[]>(hex, "byte[]");
    }

    [Fact]
    public void Read_Nil_IsNullOrEmptyWhereTheTypeAllows()
    {
        Assert.Null(Read<string>("c0"));
        Assert.Null(Read<byte[]>("c0"));
        Assert.True(Read<ReadOnlyMemory<byte>>("c0").IsEmpty);
        Assert.Null(Read<int?>("c0"));
        Assert.Null(Read<object>("c0"));
        Assert.True(Read<MprpcRaw>("c0").IsNil);
        Assert.Equal(default, Read<NoValue>("c0"));
    }

    [Theory]
    [InlineData("c0")]
    [InlineData("93 01 a161 c403010203")]
    [InlineData("82 0102 0304")]
    [InlineData("d40105")]
    [InlineData("d30000000000000001")]
    [InlineData("a3 ff0080")]
    public void Read_Raw_KeepsTheBytes(string hex)
    {
        Assert.Equal(Hex.Bytes(hex), Read<MprpcRaw>(hex).Memory.ToArray());
        Assert.Equal(default, Read<NoValue>(hex));
    }

    [Fact]
    public void Read_TypesOfTheSerializer_AreReadInPlace()
    {
        Assert.Equal([1, 2, 3], Read<int[]>("93010203")!);
        Assert.Equal(7, Read<int?>("07"));
        Assert.Equal("b", Read<Dictionary<string, string>>("81a161a162")!["a"]);
        Assert.Equal((1, "a"), Read<(int, string)>("9201a161"));

        AssertRefuses<int[]>("a161", "int[]");
        AssertRefuses<int?>("a161", "int?");
        AssertRefuses<List<string>>("9101", "List<string>");
    }

    [Fact]
    public void Read_ManyValues_ReadsEachWhereTheLastEnded()
    {
        var reader = new MprpcReader(
            Hex.Bytes("c1c1 07 a161 c403010203 9101 c3 cb3ff8000000000000 d40105 c0 82a161 90 01 c0 ff"), 2, 10, MprpcSerializerOptions.Default, loop: null);

        Assert.Equal(7, reader.Read<int>());
        Assert.Equal("a", reader.Read<string>());
        Assert.Equal([1, 2, 3], reader.Read<byte[]>());
        Assert.Equal([1], reader.Read<int[]>());
        Assert.True(reader.Read<bool>());
        Assert.Equal(1.5, reader.Read<double>());
        Assert.Equal("d40105", Hex.Of(reader.Read<MprpcRaw>().Memory.Span));
        Assert.Null(reader.Read<string>());
        reader.Read<NoValue>();
        Assert.Equal(-1, reader.Read<int>());
        Assert.False(reader.Failed);
        Assert.Equal(0, reader.Remaining);
        Assert.True(reader.End());
        Assert.True(reader.Ended);
    }

    [Fact]
    public void Read_MissingValue_FailsAtItsIndexAndThrowsNothing()
    {
        var reader = new MprpcReader(Hex.Bytes("07"), 0, 1, MprpcSerializerOptions.Default, loop: null);

        reader.Read<int>();
        string? missing = reader.Read<string>();

        Assert.Null(missing);
        Assert.True(reader.Failed);
        Assert.Equal(1, reader.FailedIndex);
        Assert.Equal("string", reader.Expected);
        Assert.False(reader.End());
        Assert.False(reader.Ended);
    }

    [Fact]
    public void Read_AfterAFailure_KeepsTheFirstFailureAndReadsDefaults()
    {
        var reader = new MprpcReader(Hex.Bytes("07 a161 08 09"), 0, 4, MprpcSerializerOptions.Default, loop: null);

        reader.Read<int>();
        reader.Read<int>();
        long later = reader.Read<long>();
        string? last = reader.Read<string>();

        Assert.Equal(0, later);
        Assert.Null(last);
        Assert.Equal(1, reader.FailedIndex);
        Assert.Equal("int", reader.Expected);
    }

    [Fact]
    public void TryReadNil_OnlyNil_IsReadOver()
    {
        var reader = new MprpcReader(Hex.Bytes("c0 07"), 0, 2, MprpcSerializerOptions.Default, loop: null);

        Assert.True(reader.TryReadNil());
        Assert.False(reader.TryReadNil());
        Assert.Equal(7, reader.Read<int>());
        Assert.False(reader.TryReadNil());
        Assert.False(reader.Failed);
    }

    [Fact]
    public void Read_AnyValueAsAnyType_EitherReadsOrFailsAndNeverThrows()
        => MessagePackGen.Value.Sample(value =>
        {
            TryRead<int>(value);
            TryRead<uint>(value);
            TryRead<long>(value);
            TryRead<ulong>(value);
            TryRead<short>(value);
            TryRead<ushort>(value);
            TryRead<sbyte>(value);
            TryRead<byte>(value);
            TryRead<bool>(value);
            TryRead<double>(value);
            TryRead<float>(value);
            TryRead<string>(value);
            TryRead<byte[]>(value);
            TryRead<object>(value);
            TryRead<int[]>(value);
            Assert.Equal(value, TryRead<MprpcRaw>(value).Memory.ToArray());
        });

    private static T TryRead<T>(byte[] value)
    {
        // A value behind it shows that the reader stops where the value ends.
        var reader = new MprpcReader((byte[])[.. value, 0x2a], 0, 2, MprpcSerializerOptions.Default, loop: null);
        T result = reader.Read<T>();

        if (!reader.Failed)
        {
            Assert.Equal(42, reader.Read<int>());
            Assert.False(reader.Failed);
        }

        return result;
    }

    private static T? Read<T>(string hex)
    {
        var reader = new MprpcReader(Hex.Bytes(hex + "2a"), 0, 2, MprpcSerializerOptions.Default, loop: null);
        T value = reader.Read<T>();

        Assert.False(reader.Failed, $"{typeof(T)} from {hex}: {reader.Exception}");
        Assert.Equal(42, reader.Read<int>());
        return value;
    }

    private static void AssertReads<T>(string hex, long value, long min, long max, Func<long, T> convert)
        where T : struct
    {
        if (value < min || value > max)
        {
            AssertRefuses<T>(hex, TypeName.Of(typeof(T)));
            return;
        }

        Assert.Equal(convert(value), Read<T>(hex));
    }

    private static void AssertRefuses<T>(string hex, string expected)
    {
        var reader = new MprpcReader(Hex.Bytes(hex), 0, 1, MprpcSerializerOptions.Default, loop: null);

        T value = reader.Read<T>();

        Assert.Equal(default, value);
        Assert.True(reader.Failed, $"{typeof(T)} from {hex}");
        Assert.Equal(expected, reader.Expected);
        Assert.Equal(0, reader.FailedIndex);
        Assert.Equal(0, reader.Remaining);
    }
}
