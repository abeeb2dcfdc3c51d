using CsCheck;
using Mprpc.Core.Tests.Serialization;
using Mprpc.Serialization;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Wire;

public sealed class MessageDepthTests
{
    [Theory]
    [InlineData("01", 1, 0)]
    [InlineData("90", 1, 0)]
    [InlineData("80", 1, 0)]
    [InlineData("91 01", 1, 1)]
    [InlineData("91 90", 1, 1)]
    [InlineData("81 01 91 c0", 1, 2)]
    [InlineData("81 91 c0 01", 1, 2)]
    [InlineData("a161 92 91 91 c0 91 c0", 2, 3)]
    [InlineData("92 91 91 c0 01", 1, 3)]
    [InlineData("dc0001 dd00000001 de0001 01 df00000001 02 c403919191", 1, 4)]
    [InlineData("d9 03 919191", 1, 0)]
    [InlineData("c7 03 01 919191", 1, 0)]
    public void Measure_WholeValues_IsHowManyAreOpenAtOnce(string hex, int count, int expected)
    {
        byte[] bytes = Hex.Bytes(hex);

        int depth = MessageDepth.Measure(bytes, count);

        Assert.Equal(expected, depth);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("01", 2)]
    [InlineData("01 02", 1)]
    [InlineData("91", 1)]
    [InlineData("92 01", 1)]
    [InlineData("91 01 02", 1)]
    [InlineData("c1", 1)]
    [InlineData("91 c1", 1)]
    [InlineData("a3 6161", 1)]
    [InlineData("c6 7fffffff 00", 1)]
    [InlineData("c6 ffffffff 00", 1)]
    [InlineData("dd ffffffff", 1)]
    [InlineData("df ffffffff 01", 1)]
    [InlineData("df 80000001 01 02", 1)]
    [InlineData("dc 00", 1)]
    [InlineData("cf 00", 1)]
    public void Measure_OtherThanSoManyWholeValues_IsNotWhole(string hex, int count)
    {
        byte[] bytes = Hex.Bytes(hex);

        int depth = MessageDepth.Measure(bytes, count);

        Assert.Equal(MessageDepth.NotWhole, depth);
    }

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1024)]
    [InlineData(1_000_000)]
    public void Measure_VeryDeep_IsCountedWhole(int levels)
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)0x91, levels), 0x01];

        int depth = MessageDepth.Measure(bytes, 1);

        Assert.Equal(levels, depth);
    }

    [Fact]
    public void Measure_AnyValue_IsTheLeastThatTheReceiversScannerAccepts()
        => MessagePackGen.Value.Sample(value =>
        {
            byte[] message = [0x91, .. value];

            int depth = MessageDepth.Measure(message, 1);

            Assert.Equal(FrameStatus.Complete, new FrameScanner(int.MaxValue, depth).Scan(message, out int _));
            Assert.True(depth == 1 || new FrameScanner(int.MaxValue, depth - 1).Scan(message, out int _) == FrameStatus.TooDeep);
        });

    [Fact]
    public void Measure_RandomBytes_AreWholeIfTheReferenceSaysSo()
        => Gen.Byte.Array[1, 200].Sample(bytes =>
        {
            bool isWhole = MessageDepth.Measure(bytes, 1) != MessageDepth.NotWhole;

            Assert.Equal(Record(bytes) == bytes.Length, isWhole);

            static int? Record(byte[] bytes)
            {
                try
                {
                    return ReferenceMeasure.Length(bytes);
                }
                catch (FormatException)
                {
                    return null;
                }
            }
        });
}
