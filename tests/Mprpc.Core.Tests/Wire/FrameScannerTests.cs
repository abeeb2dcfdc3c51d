using System.Diagnostics;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Wire;

public sealed class FrameScannerTests
{
    private const int MaxSize = 4 * 1024 * 1024;
    private const int MaxDepth = 64;

    /// <summary>One value of every MessagePack type, in every width, at the edges of its length field.</summary>
    public static TheoryData<string, string> Values => new()
    {
        { "positive fixint 0", "00" },
        { "positive fixint 127", "7f" },
        { "fixmap 0", "80" },
        { "fixmap 2", "82 01 02 03 04" },
        { "fixmap 15", "8f" + Repeat("01", 30) },
        { "fixarray 0", "90" },
        { "fixarray 3", "93 01 02 03" },
        { "fixarray 15", "9f" + Repeat("00", 15) },
        { "fixstr 0", "a0" },
        { "fixstr 3", "a3 73756d" },
        { "fixstr 31", "bf" + Repeat("78", 31) },
        { "nil", "c0" },
        { "false", "c2" },
        { "true", "c3" },
        { "bin8 0", "c400" },
        { "bin8 3", "c403 ff0080" },
        { "bin8 with 0xc1 in its body", "c402 c1c1" },
        { "bin16 0", "c50000" },
        { "bin16 256", "c50100" + Repeat("ab", 256) },
        { "bin32 5", "c600000005 0102030405" },
        { "ext8 0", "c700 05" },
        { "ext8 3", "c703 05 010203" },
        { "ext16 2", "c80002 05 0102" },
        { "ext32 2", "c900000002 05 0102" },
        { "float32", "ca 3f800000" },
        { "float64", "cb 3ff0000000000000" },
        { "uint8", "cc ff" },
        { "uint16", "cd ffff" },
        { "uint32", "ce ffffffff" },
        { "uint64", "cf ffffffffffffffff" },
        { "int8", "d0 80" },
        { "int16", "d1 8000" },
        { "int32", "d2 80000000" },
        { "int64", "d3 8000000000000000" },
        { "fixext1", "d4 01 05" },
        { "fixext2", "d5 01 0506" },
        { "fixext4", "d6 01 05060708" },
        { "fixext8", "d7 01 0506070809101112" },
        { "fixext16", "d8 01" + Repeat("05", 16) },
        { "str8 0", "d900" },
        { "str8 200", "d9c8" + Repeat("78", 200) },
        { "str16 2", "da0002 7879" },
        { "str32 2", "db00000002 7879" },
        { "array16 0", "dc0000" },
        { "array16 2", "dc0002 0102" },
        { "array32 0", "dd00000000" },
        { "array32 2", "dd00000002 0102" },
        { "map16 1", "de0001 0102" },
        { "map32 0", "df00000000" },
        { "map32 1", "df00000001 0102" },
        { "negative fixint -1", "ff" },
        { "negative fixint -32", "e0" },
        { "all at once", "94 00 ce80000000 a3 73756d 93 82a16192c0c3a162c703050102 03 de0001 d9016b 9190 cbbff0000000000000" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Scan_WholeValue_EndsAtItsLastByte(string name, string hex)
    {
        byte[] value = Hex.Bytes(hex);
        byte[] followed = [.. value, 0xc1, 0x94];
        var scanner = new FrameScanner(MaxSize, MaxDepth);

        FrameStatus status = scanner.Scan(followed, out int length);

        Assert.Equal(FrameStatus.Complete, status);
        Assert.True(value.Length == length, name);
        Assert.Equal(ReferenceMeasure.Length(value), length);
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void Scan_CutAtEachOffset_EndsAtTheSameByte(string name, string hex)
    {
        byte[] value = Hex.Bytes(hex);

        for (int cut = 0; cut < value.Length; cut++)
        {
            var scanner = new FrameScanner(MaxSize, MaxDepth);

            Assert.True(scanner.Scan(value.AsSpan(0, cut), out _) == FrameStatus.NeedMore, $"{name} cut at {cut}");
            Assert.True(scanner.Scan(value, out int length) == FrameStatus.Complete && length == value.Length, $"{name} cut at {cut}");
        }
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void Scan_ByteByByte_EndsAtTheLastByteAndIsFreshForTheNext(string name, string hex)
    {
        byte[] value = Hex.Bytes(hex);
        var scanner = new FrameScanner(MaxSize, MaxDepth);

        for (int round = 0; round < 2; round++)
        {
            for (int present = 1; present < value.Length; present++)
            {
                Assert.True(scanner.Scan(value.AsSpan(0, present), out _) == FrameStatus.NeedMore, $"{name}, {present} bytes");
                Assert.True(scanner.AtLeast <= value.Length, $"{name}, {present} bytes: at least {scanner.AtLeast}");
            }

            Assert.Equal(FrameStatus.Complete, scanner.Scan(value, out int length));
            Assert.Equal(value.Length, length);
        }
    }

    [Fact]
    public void Scan_FourMebibytesInPiecesOf64Bytes_TakesTimeLinearInTheBytes()
    {
        // Nothing but heads: the most work that bytes can make.
        byte[] message = new byte[MaxSize];
        message[0] = 0xdd;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(1), (uint)(message.Length - 5));

        TimeSpan whole = Fastest(() => ScanInPieces(message, message.Length));
        TimeSpan pieces = Fastest(() => ScanInPieces(message, 64));

        // Starting over at each of 65,536 pieces would take 32,768 times as long.
        Assert.True(pieces < (whole * 40) + TimeSpan.FromMilliseconds(200), $"whole {whole}, in pieces {pieces}");
    }

    [Fact]
    public void Scan_BytesSeenBefore_AreNotLookedAtAgain()
    {
        byte[] message = Hex.Bytes("94 00 01 SUM");
        var scanner = new FrameScanner(MaxSize, MaxDepth);

        scanner.Scan(message.AsSpan(0, 7), out _);      // up to and with the name
        message.AsSpan(0, 7).Fill(0xc1);                // who looks at these again refuses them
        FrameStatus status = scanner.Scan(message, out int length);

        Assert.Equal(FrameStatus.Complete, status);
        Assert.Equal(message.Length, length);
    }

    [Theory]
    [InlineData("91", 64)]
    [InlineData("dc0001", 64)]
    [InlineData("dd00000001", 64)]
    [InlineData("8101", 64)]
    [InlineData("de000101", 64)]
    [InlineData("df0000000101", 64)]
    [InlineData("91", 2)]
    [InlineData("91", 10)]
    public void Scan_AsDeepAsAllowed_IsAcceptedAndOneDeeperRefused(string open, int maxDepth)
    {
        byte[] deep = Hex.Bytes(Repeat(open, maxDepth) + "c0");
        byte[] tooDeep = Hex.Bytes(Repeat(open, maxDepth + 1));

        FrameStatus status = new FrameScanner(MaxSize, maxDepth).Scan(deep, out int length);
        FrameStatus refused = new FrameScanner(MaxSize, maxDepth).Scan(tooDeep, out _);

        Assert.Equal(FrameStatus.Complete, status);
        Assert.Equal(deep.Length, length);
        Assert.Equal(FrameStatus.TooDeep, refused);
    }

    [Fact]
    public void Scan_ManySiblingsAtTheDeepestLevel_DoNotAddUp()
    {
        byte[] message = Hex.Bytes(Repeat("91", 62) + "dc0100" + Repeat("9101", 256));

        FrameStatus status = new FrameScanner(MaxSize, 64).Scan(message, out int length);

        Assert.Equal(FrameStatus.Complete, status);
        Assert.Equal(message.Length, length);
    }

    [Theory]
    [InlineData("c664000000")]                   // bin32
    [InlineData("db00400000")]                   // str32: with its head it is five bytes more than allowed
    [InlineData("c97fffffff")]                   // ext32
    [InlineData("94000190 c6ffffffff")]
    [InlineData("9400a4 6563686f 91c67fffffff")]
    [InlineData("ddffffffff")]                   // 4,294,967,295 elements
    [InlineData("dfffffffff")]                   // twice as many keys and values
    [InlineData("94 00 01 a3 73756d ddffffffff")]
    [InlineData("dd00400000")]
    [InlineData("df00200000")]
    public void Scan_HeadThatMustExceedTheLimit_IsRefusedAtTheHead(string hex)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();

        FrameStatus status = new FrameScanner(MaxSize, MaxDepth).Scan(Hex.Bytes(hex), out _);

        Assert.Equal(FrameStatus.TooLarge, status);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    [Theory]
    [InlineData("c403 ff0080")]
    [InlineData("a4 6563686f")]
    [InlineData("94 c0 c0 c0 c0")]
    [InlineData("d2 00000001")]
    public void Scan_SizeExactlyTheLimit_IsAcceptedAndOneByteMoreRefused(string hex)
    {
        byte[] message = Hex.Bytes(hex);

        FrameStatus fits = new FrameScanner(message.Length, MaxDepth).Scan(message, out int length);
        FrameStatus exceeds = new FrameScanner(message.Length - 1, MaxDepth).Scan(message, out _);

        Assert.Equal(FrameStatus.Complete, fits);
        Assert.Equal(message.Length, length);
        Assert.Equal(FrameStatus.TooLarge, exceeds);
    }

    [Theory]
    [InlineData("94 a3616263 a3616263")]    // two of four values are there
    [InlineData("94 a3616263 a3")]          // the second one's head says where it ends
    [InlineData("cb 00")]                   // the code does
    public void Scan_NotWholeAndBeyondTheLimit_IsRefusedBeforeMoreIsBuffered(string hex)
    {
        byte[] message = Hex.Bytes(hex);

        FrameStatus fits = new FrameScanner(9, MaxDepth).Scan(message, out _);
        FrameStatus exceeds = new FrameScanner(8, MaxDepth).Scan(message, out _);

        Assert.Equal(FrameStatus.NeedMore, fits);
        Assert.Equal(FrameStatus.TooLarge, exceeds);
    }

    [Theory]
    [InlineData("c1")]
    [InlineData("94 c1")]
    [InlineData("94 00 01 a3 73756d 92 01 c1")]
    [InlineData("82 a161 c1")]
    [InlineData("dd00000002 01 c1")]
    public void Scan_ReservedByte_IsRefusedAtOnce(string hex)
    {
        byte[] message = Hex.Bytes(hex);
        var byteByByte = new FrameScanner(MaxSize, MaxDepth);

        FrameStatus status = new FrameScanner(MaxSize, MaxDepth).Scan(message, out _);

        Assert.Equal(FrameStatus.ReservedByte, status);

        for (int present = 1; present < message.Length; present++)
        {
            Assert.Equal(FrameStatus.NeedMore, byteByByte.Scan(message.AsSpan(0, present), out _));
        }

        Assert.Equal(FrameStatus.ReservedByte, byteByByte.Scan(message, out _));
    }

    [Fact]
    public void AtLeast_BodyToCome_CountsTheBodyFromTheHead()
    {
        var scanner = new FrameScanner(MaxSize, MaxDepth);

        scanner.Scan(Hex.Bytes("91 c600100000"), out _);

        Assert.Equal(6 + 0x100000, scanner.AtLeast);
    }

    [Fact]
    public void Scan_Nothing_NeedsMore()
    {
        FrameStatus status = new FrameScanner(MaxSize, MaxDepth).Scan([], out int length);

        Assert.Equal(FrameStatus.NeedMore, status);
        Assert.Equal(0, length);
    }

    private static void ScanInPieces(byte[] message, int piece)
    {
        var scanner = new FrameScanner(message.Length, MaxDepth);
        int present = 0;
        FrameStatus status;

        do
        {
            present = Math.Min(present + piece, message.Length);
            status = scanner.Scan(message.AsSpan(0, present), out _);
        }
        while (status == FrameStatus.NeedMore && present < message.Length);

        Assert.Equal(FrameStatus.Complete, status);
    }

    private static TimeSpan Fastest(Action action) => Enumerable.Range(0, 5).Min(_ =>
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start);
    });

    private static string Repeat(string hex, int count) => string.Concat(Enumerable.Repeat(hex, count));
}
