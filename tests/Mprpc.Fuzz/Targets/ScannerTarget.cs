using Mprpc.Serialization;
using Mprpc.Wire;

namespace Mprpc.Fuzz.Targets;

/// <summary>The scanner: however the bytes are cut, it says the same; what it calls whole is whole.</summary>
internal sealed class ScannerTarget : FuzzTarget
{
    private const int MaxSize = 64 * 1024;
    private const int MaxDepth = 64;

    protected override void Execute(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        // The first byte says how the rest is cut.
        int piece = (input[0] % 61) + 1;
        ReadOnlySpan<byte> bytes = input[1..];
        FrameStatus whole = new FrameScanner(MaxSize, MaxDepth).Scan(bytes, out int length);
        FrameStatus inPieces = ScanInPieces(bytes, piece, out int lengthInPieces, out int atLeast);

        Require(whole == inPieces && length == lengthInPieces, $"In one piece {whole} {length}, in pieces of {piece} {inPieces} {lengthInPieces}.");
        Require(atLeast <= MaxSize, $"It expects {atLeast} bytes.");
        CheckUsualHead(bytes, whole, length);

        if (whole != FrameStatus.Complete)
        {
            return;
        }

        Require(length is > 0 && length <= bytes.Length, $"It ends at {length} of {bytes.Length}.");
        Require(MessagePackHead.MeasureValue(bytes) == length, $"It measures {MessagePackHead.MeasureValue(bytes)}, the scanner {length}.");

        if (MessageHead.TryRead(bytes[..length], out MessageHead head))
        {
            Require(head.BodyStart > 0 && head.BodyStart < length, $"The body starts at {head.BodyStart} of {length}.");
        }
    }

    /// <summary>What the read loop reads before it scans must be what the scanner and the whole message say.</summary>
    private static void CheckUsualHead(ReadOnlySpan<byte> bytes, FrameStatus whole, int length)
    {
        if (!MessageHead.TryReadUsual(bytes, out MessageHead usual))
        {
            return;
        }

        var scanner = new FrameScanner(MaxSize, MaxDepth);
        scanner.Skip(usual.BodyStart, usual.ValuesLeft);
        FrameStatus behindHead = scanner.Scan(bytes, out int lengthBehindHead);
        Require(behindHead == whole && lengthBehindHead == length, $"In one piece {whole} {length}, behind the head {behindHead} {lengthBehindHead}.");

        if (whole == FrameStatus.Complete)
        {
            Require(MessageHead.TryRead(bytes[..length], out MessageHead head), $"The usual head of a whole message of {length} bytes is none.");
            Require(
                head.Kind == usual.Kind && head.MessageId == usual.MessageId && head.BodyStart == usual.BodyStart && head.Method.SequenceEqual(usual.Method),
                $"The usual head of {usual.BodyStart} bytes is another than that of the whole message, of {head.BodyStart}.");
        }
    }

    private static FrameStatus ScanInPieces(ReadOnlySpan<byte> bytes, int piece, out int length, out int atLeast)
    {
        var scanner = new FrameScanner(MaxSize, MaxDepth);

        for (int present = Math.Min(piece, bytes.Length); ; present = Math.Min(present + piece, bytes.Length))
        {
            FrameStatus status = scanner.Scan(bytes[..present], out length);
            atLeast = scanner.AtLeast;

            if (status != FrameStatus.NeedMore || present == bytes.Length)
            {
                return status;
            }
        }
    }
}
