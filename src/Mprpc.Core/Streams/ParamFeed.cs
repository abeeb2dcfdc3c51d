using System.Diagnostics;
using Mprpc.CompilerServices;
using Mprpc.Serialization;

namespace Mprpc.Streams;

/// <summary>A stream that is a parameter of a call that this side makes.</summary>
/// <remarks>
/// In the request stands a mark until it is known over which connection it goes: there it becomes the stream's number, or, for a peer that takes no streams, an
/// array of all its items.
/// </remarks>
internal abstract class ParamFeed(int index)
{
    /// <summary>The parameter's position.</summary>
    public int Index => index;

    /// <summary>Makes those of a call's arguments.</summary>
    public static IReadOnlyList<ParamFeed> Of(IReadOnlyList<(int Index, MprpcStream Stream)> arguments)
        => [.. arguments.Select(static argument => argument.Stream.Accept(new Maker(argument.Index)))];

    /// <summary>Puts the stream's number in the place of the mark.</summary>
    /// <param name="request">Method and params.</param>
    /// <param name="number">The number.</param>
    public void Number(MprpcWriter request, int number)
    {
        (int position, int size) = Find(request.WrittenSpan);
        Debug.Assert(size == MprpcWriter.MarkSize, "There the mark stands.");
        request.PatchMark(position, number);
    }

    /// <summary>Writes a request again with the items in the place of the mark.</summary>
    public byte[] Replace(ReadOnlySpan<byte> request, in MprpcRaw items)
    {
        (int position, int size) = Find(request);
        return [.. request[..position], .. items.Memory.Span, .. request[(position + size)..]];
    }

    /// <summary>Collects the items into an array, for a peer that takes no streams.</summary>
    public abstract Task<MprpcRaw> CollectAsync(IItemEncoding encoding, StreamLimits limits, TimeProvider clock, CancellationToken cancellationToken);

    /// <summary>Sends the items as the peer gives credit.</summary>
    /// <returns>The last ones, which are not sent, as an array; nil: there are none.</returns>
    public abstract Task<MprpcRaw> PumpAsync(IStreamConnection connection, long number, StreamCredit credit, CancellationToken cancellationToken);

    private (int Position, int Size) Find(ReadOnlySpan<byte> request)
    {
        int position = MessagePackHead.MeasureValue(request);
        MessagePackHead.TryReadArray(request[position..], out int head, out _);
        position += head;

        for (int i = 0; i < index; i++)
        {
            position += MessagePackHead.MeasureValue(request[position..]);
        }

        return (position, MessagePackHead.MeasureValue(request[position..]));
    }

    private sealed class Maker(int index) : IStreamVisitor<ParamFeed>
    {
        public ParamFeed Visit<T>(IAsyncEnumerable<T> items) => new ParamFeed<T>(index, items);
    }
}
