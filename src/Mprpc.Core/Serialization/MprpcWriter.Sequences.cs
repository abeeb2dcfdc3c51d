using System.ComponentModel;
using System.Diagnostics;
using MessagePack;
using Mprpc.Serialization;

namespace Mprpc.CompilerServices;

/// <content>Writes what is enumerated while it is written: what it says of its count is not relied upon, and it may have no end.</content>
public sealed partial class MprpcWriter
{
    [ThreadStatic]
    private static MprpcWriter? s_current;

    // Of the message that this thread writes; formatters give back what they took before they return, if they do not throw.
    [ThreadStatic]
    private static long s_bytesAside;

    private MprpcWriter? _outer;                // of a writer aside: the one that its bytes are for

    /// <summary>The writer that this thread's formatters write into.</summary>
    internal static MprpcWriter? Current => s_current;

    /// <summary>The innermost sequence that is being written, for the error if writing is stopped; null: none.</summary>
    internal Type? Enumerated { get; set; }

    /// <summary>Whether writing was stopped since <see cref="LimitTo"/>, because more was written than may be.</summary>
    internal bool IsBeyondLimit { get; private set; }

    /// <summary>How many bytes beyond the bound were known when writing was stopped.</summary>
    internal long Excess { get; private set; }

    /// <summary>The sequence that was being written when writing was stopped; null if none was.</summary>
    internal Type? Unended { get; private set; }

    /// <summary>Writes what is enumerated as an array. For generated code.</summary>
    /// <typeparam name="T">The type of the elements.</typeparam>
    /// <param name="items">The elements.</param>
    /// <param name="write">Writes one.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void WriteSequence<T>(IEnumerable<T> items, MprpcValueWriter<T> write)
    {
        Type? outer = Enumerated;
        Enumerated = typeof(IEnumerable<T>);
        int start = _end;
        int head = Skip(items);
        int count = 0;

        foreach (T item in items)
        {
            write(this, item);
            count++;
        }

        int end = MakeRoomForHead(start, head, count);
        WriteArrayHeader(count);
        _end = end;
        Enumerated = outer;
    }

    /// <summary>Writes keys and values that are enumerated as a map. For generated code.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="items">The keys and values.</param>
    /// <param name="writeKey">Writes a key.</param>
    /// <param name="writeValue">Writes a value.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void WriteMap<TKey, TValue>(IEnumerable<KeyValuePair<TKey, TValue>> items, MprpcValueWriter<TKey> writeKey, MprpcValueWriter<TValue> writeValue)
    {
        Type? outer = Enumerated;
        Enumerated = typeof(IEnumerable<KeyValuePair<TKey, TValue>>);
        int start = _end;
        int head = Skip(items);
        int count = 0;

        foreach ((TKey key, TValue value) in items)
        {
            writeKey(this, key);
            writeValue(this, value);
            count++;
        }

        int end = MakeRoomForHead(start, head, count);
        WriteMapHeader(count);
        _end = end;
        Enumerated = outer;
    }

    /// <summary>
    /// Takes a writer for bytes that belong into this thread's current one, and are not written there yet; it is the current one until it is returned.
    /// </summary>
    /// <param name="enumerated">What is written into it.</param>
    /// <param name="factor">How many bytes it may take for each that the current one may still take.</param>
    internal static MprpcWriter RentAside(Type enumerated, int factor = 1)
    {
        MprpcWriter? outer = s_current;
        MprpcWriter writer = Rent(outer?.Serializer ?? MprpcSerializerOptions.Default, reserved: 0, outer?._limit);
        writer._maxEnd = outer is null ? int.MaxValue : (int)Math.Min((long)factor * Math.Max(0, outer._maxEnd - outer._end), int.MaxValue);
        writer._outer = outer;
        writer.Enumerated = enumerated;
        s_current = writer;
        return writer;
    }

    /// <summary>Gives a writer back that <see cref="RentAside"/> gave.</summary>
    internal static void ReturnAside(MprpcWriter writer)
    {
        Debug.Assert(s_current == writer, "Writers aside are returned in the reverse order.");
        s_current = writer._outer;
        writer._outer = null;
        Return(writer);
    }

    /// <summary>Stops writing if what belongs into this thread's writer, and is in buffers elsewhere yet, is more than it may take.</summary>
    internal static void CheckAside()
    {
        if (s_current is { } writer)
        {
            writer.ThrowIfBeyondLimit(writer._end + s_bytesAside);
        }
    }

    /// <summary>Notes how much more is in buffers elsewhere, or how much less.</summary>
    internal static void CountAside(int bytes) => s_bytesAside += bytes;

    /// <summary>Leaves room for the head that the collection's own count wants.</summary>
    private int Skip<T>(IEnumerable<T> items)
    {
        int size = HeadSize(items.TryGetNonEnumeratedCount(out int count) ? Math.Max(count, 0) : 0);
        Reserve(size);
        _end += size;
        return size;
    }

    /// <summary>Moves what was enumerated to where the head of its count will end, and goes back to where the head begins.</summary>
    /// <returns>Where all of it ends.</returns>
    private int MakeRoomForHead(int start, int left, int count)
    {
        int size = HeadSize(count);
        int length = _end - start - left;

        if (size != left)
        {
            Reserve(Math.Max(size - left, 0));
            _buffer.AsSpan(start + left, length).CopyTo(_buffer.AsSpan(start + size));
        }

        _end = start;
        return start + size + length;
    }

    // docs/protocol.md 7.4: the shortest.
    private static int HeadSize(int count) => count < 16 ? 1 : count <= ushort.MaxValue ? 3 : 5;

    private void ThrowIfBeyondLimit(long end)
    {
        if (end <= _maxEnd)
        {
            return;
        }

        MprpcWriter writer = this;
        Type? enumerated = Enumerated;

        while (writer._outer is { } outer)
        {
            writer = outer;
            enumerated ??= writer.Enumerated;
        }

        writer.IsBeyondLimit = true;
        writer.Excess = end - _maxEnd;
        writer.Unended = enumerated;
        throw new MessagePackSerializationException(
            writer._limit?.Describe(writer.WrittenSpan, writer._limit.Bytes + writer.Excess, enumerated)
                ?? $"More was written than may be sent.{SendLimit.DescribeUnended(enumerated)}");
    }
}
