using CsCheck;
using Mprpc.Core.Tests.Serialization;
using Mprpc.Serialization;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Wire;

public sealed class FrameScannerPropertyTests
{
    private const int MaxSize = 1024 * 1024;
    private const int MaxDepth = 64;

    [Fact]
    public void Scan_AnyValueCutAnywhere_EndsWhereTheReferenceEnds()
        => Gen.Select(MessagePackGen.Value, Gen.Int[1, 40]).Sample((value, piece) =>
        {
            (FrameStatus status, int length) = Scan(value, piece);

            Assert.Equal(FrameStatus.Complete, status);
            Assert.Equal(ReferenceMeasure.Length(value), length);
        });

    [Fact]
    public void Scan_MutatedValue_AgreesWithTheReference()
        => Gen.Select(MessagePackGen.Value, Gen.Int, Gen.Byte, Gen.Int[1, 40]).Sample((value, at, change, piece) =>
        {
            byte[] mutated = [.. value];
            mutated[(int)((uint)at % (uint)mutated.Length)] = change;

            AssertAgrees(mutated, piece);
        });

    [Fact]
    public void Scan_RandomBytes_AgreeWithTheReference()
        => Gen.Select(Gen.Byte.Array[1, 200], Gen.Int[1, 40]).Sample(AssertAgrees);

    [Fact]
    public void MeasureValue_AnyValue_IsWhatTheReferenceMeasures()
        // What follows is a value as well: the byte 0xc1 would measure as nothing, however many were taken for part of the first.
        => MessagePackGen.Value.Sample(value => Assert.Equal(ReferenceMeasure.Length(value), MessagePackHead.MeasureValue([.. value, 0xc0])));

    private static void AssertAgrees(byte[] bytes, int piece)
    {
        (FrameStatus status, int length) = Scan(bytes, piece);
        (FrameStatus whole, int wholeLength) = Scan(bytes, bytes.Length);

        Assert.Equal(whole, status);
        Assert.Equal(wholeLength, length);

        switch (status)
        {
            case FrameStatus.Complete:
                Assert.Equal(ReferenceMeasure.Length(bytes), length);
                break;
            case FrameStatus.NeedMore:
                Assert.Null(ReferenceMeasure.Length(bytes));
                break;
            case FrameStatus.ReservedByte:
                Assert.Throws<FormatException>(() => ReferenceMeasure.Length(bytes));
                break;
            case FrameStatus.TooLarge:
                // Refused at the head: in so few bytes it was not all there.
                Assert.Null(Tolerant(bytes));
                break;
        }
    }

    private static int? Tolerant(byte[] bytes)
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

    private static (FrameStatus Status, int Length) Scan(byte[] bytes, int piece)
    {
        var scanner = new FrameScanner(MaxSize, MaxDepth);

        for (int present = Math.Min(piece, bytes.Length); ; present = Math.Min(present + piece, bytes.Length))
        {
            FrameStatus status = scanner.Scan(bytes.AsSpan(0, present), out int length);

            if (status != FrameStatus.NeedMore || present == bytes.Length)
            {
                return (status, length);
            }
        }
    }
}
