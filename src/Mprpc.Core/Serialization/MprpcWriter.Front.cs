using System.Diagnostics;

namespace Mprpc.CompilerServices;

/// <content>What is put in front of what is written: the caller writes first, the connection after it.</content>
public sealed partial class MprpcWriter
{
    private int _front;     // where what is written starts, without what is prepended

    /// <summary>Takes back what was prepended, so that the message can be sent elsewhere.</summary>
    internal void DropFront() => _start = _front;

    /// <summary>Makes room in front of what is written, where less was reserved.</summary>
    internal void MakeFront(int count)
    {
        if (count <= _start)
        {
            return;
        }

        int length = Length;
        EndLimit();     // all of it is written: whether it may be sent is looked at as a whole
        Reserve(count - _start);
        _buffer.AsSpan(_start, length).CopyTo(_buffer.AsSpan(count));
        _front = _start = count;
        _end = count + length;
    }

    /// <summary>Writes in front of what is written, into the bytes that were reserved for it.</summary>
    /// <returns>Where to write them.</returns>
    internal Span<byte> Prepend(int count)
    {
        Debug.Assert(count <= _start, "The front has only the bytes that were reserved.");
        _start -= count;
        return _buffer.AsSpan(_start, count);
    }
}
