using System.Buffers;

namespace Mprpc.Contracts.Tests.Kit;

/// <summary>A sequence in several pieces.</summary>
internal sealed class Pieces : ReadOnlySequenceSegment<byte>
{
    private Pieces(ReadOnlyMemory<byte> memory) => Memory = memory;

    public static ReadOnlySequence<byte> Of(params byte[][] pieces)
    {
        var first = new Pieces(pieces[0]);
        Pieces last = first;

        foreach (byte[] piece in pieces.Skip(1))
        {
            var next = new Pieces(piece) { RunningIndex = last.RunningIndex + last.Memory.Length };
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
