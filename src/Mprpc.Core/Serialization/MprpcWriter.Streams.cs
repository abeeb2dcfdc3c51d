using System.Buffers.Binary;
using MessagePack;

namespace Mprpc.CompilerServices;

/// <content>Streams as arguments of calls: each a mark, until it is known over which connection the call goes.</content>
public sealed partial class MprpcWriter
{
    /// <summary>How many bytes the mark of a stream has: an integer in its longest form of 32 bits.</summary>
    internal const int MarkSize = 5;

    private List<(int Index, MprpcStream Stream)>? _streams;

    /// <summary>Whether an argument is a stream.</summary>
    internal bool HasStreams => _streams is not null;

    /// <summary>Writes an argument that is a stream.</summary>
    /// <typeparam name="T">The type of its items.</typeparam>
    /// <param name="index">Its position among the arguments.</param>
    /// <param name="stream">The items; null: nil is sent, which is a stream of none.</param>
    public void WriteStream<T>(int index, IAsyncEnumerable<T>? stream)
    {
        if (stream is null)
        {
            WriteNil();
            return;
        }

        WriteStream(index, MprpcStream.From(stream));
    }

    /// <summary>The same of items whose type is known only to it.</summary>
    internal void WriteStream(int index, MprpcStream stream)
    {
        (_streams ??= []).Add((index, stream));
        Span<byte> mark = Reserve(MarkSize);
        _end += MarkSize;
        WriteNumber(mark, int.MinValue);
    }

    /// <summary>Puts a stream's number in the place of its mark.</summary>
    internal void PatchMark(int position, int number) => WriteNumber(_buffer.AsSpan(_start + position), number);

    /// <summary>Takes the arguments that are streams, by their positions.</summary>
    internal IReadOnlyList<(int Index, MprpcStream Stream)> TakeStreams()
    {
        IReadOnlyList<(int Index, MprpcStream Stream)> streams = _streams ?? [];
        _streams = null;
        return streams;
    }

    private void DropStreams()
    {
        if (_streams is not null)
        {
            _streams = null;
        }
    }

    private static void WriteNumber(Span<byte> place, int number)
    {
        place[0] = MessagePackCode.Int32;
        BinaryPrimitives.WriteInt32BigEndian(place[1..], number);
    }
}
