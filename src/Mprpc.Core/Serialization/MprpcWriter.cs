using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using MessagePack;
using Mprpc.Diagnostics;
using Mprpc.Serialization;

namespace Mprpc.CompilerServices;

/// <summary>Writes MessagePack values into one contiguous, growing buffer.</summary>
/// <remarks>
/// Generated proxies and dispatchers write through it. Not safe for concurrent use. A value is either written whole or, where writing throws, to be taken back
/// with <see cref="Truncate"/>: half a message would desynchronise the peer for good.
/// </remarks>
public sealed partial class MprpcWriter : IBufferWriter<byte>
{
    private const int SmallestBuffer = 1024;
    private const int LargestKeptBuffer = 64 * 1024;    // what a thread may keep; larger buffers go back to the shared pool

    private const int LargestGuess = 1024 * 1024;       // larger room is asked for only where there is much to write

    private const int MaxCached = 4;                   // a thread needs one for a request or answer, one for a batch, and some that wait for a slow flush

    [ThreadStatic]
    private static MprpcWriter? s_cached;

    [ThreadStatic]
    private static int s_cachedCount;

    private byte[] _buffer = new byte[SmallestBuffer];
    private int _start;
    private int _end;
    private int _levels;
    private int _maxEnd = int.MaxValue;        // looked at only where the buffer must grow
    private SendLimit? _limit;
    private MprpcWriter? _nextCached;

    internal MprpcWriter()
    {
    }

    /// <summary>How many bytes are written.</summary>
    public int Length => _end - _start;

    /// <summary>The bytes written so far; valid until the next write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(_start, Length);

    /// <summary>At most how deep what was written nests, by its types alone; <see cref="TypeDepth.Unknown"/> if only the bytes tell.</summary>
    internal int Levels
    {
        get => _levels;
        set => _levels = value;
    }

    internal ReadOnlySpan<byte> WrittenSpan => _buffer.AsSpan(_start, Length);

    /// <summary>How values are encoded.</summary>
    internal MprpcSerializerOptions Serializer { get; set; } = MprpcSerializerOptions.Default;

    /// <summary>Takes an empty writer: one of this thread's own where one is free.</summary>
    /// <param name="serializer">How values are encoded.</param>
    /// <param name="reserved">How many bytes to keep free in front for <see cref="Prepend"/>.</param>
    /// <param name="limit">How large the message may become, without what is prepended; null: as large as a buffer.</param>
    internal static MprpcWriter Rent(MprpcSerializerOptions serializer, int reserved = 0, SendLimit? limit = null)
    {
        MprpcWriter? writer = s_cached;

        if (writer is null)
        {
            writer = SpareWriters.Take() ?? new MprpcWriter();
        }
        else
        {
            s_cached = writer._nextCached;
            s_cachedCount--;
        }

        // Mostly the same as before, and a comparison costs less than what the collector wants to know of a write.
        if (!ReferenceEquals(writer.Serializer, serializer))
        {
            writer.Serializer = serializer;
        }

        if (!ReferenceEquals(writer._limit, limit))
        {
            writer._limit = limit;
        }

        writer._front = writer._start = writer._end = reserved;
        writer._levels = 0;
        writer.Enumerated = null;
        writer._maxEnd = limit is null ? int.MaxValue : (int)Math.Min((long)limit.Bytes + reserved, int.MaxValue);
        return writer;
    }

    internal static void Return(MprpcWriter writer)
    {
        Poison.Fill(writer._buffer);
        writer.DropStreams();

        writer.Trim();

        if (s_cachedCount == MaxCached)
        {
            SpareWriters.Add(writer);
            return;
        }

        writer._nextCached = s_cached;
        s_cached = writer;
        s_cachedCount++;
    }

    /// <summary>Gives the memory of a rare large message back.</summary>
    internal void Trim()
    {
        if (_buffer.Length > LargestKeptBuffer)
        {
            Poison.Fill(_buffer);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = new byte[SmallestBuffer];
        }
    }

    /// <summary>Empties the writer.</summary>
    internal void Clear() => _front = _start = _end = 0;

    /// <summary>Takes back what was written after the first <paramref name="length"/> bytes.</summary>
    internal void Truncate(int length)
    {
        Debug.Assert(length <= Length, "Only written bytes can be taken back.");
        _end = _start + length;
    }

    /// <summary>
    /// Stops writing when more than so many further bytes are written. That is noticed where the buffer must grow: what is written whole may still be too
    /// large.
    /// </summary>
    internal void LimitTo(int bytes)
    {
        _maxEnd = (int)Math.Min((long)_end + bytes, int.MaxValue);
        Enumerated = null;
        IsBeyondLimit = false;
    }

    /// <summary>Lets any number of bytes be written again.</summary>
    internal void EndLimit() => _maxEnd = int.MaxValue;

    /// <summary>Writes bytes that are MessagePack already.</summary>
    /// <param name="messagePack">One or more whole values.</param>
    public void WriteRaw(ReadOnlySpan<byte> messagePack)
    {
        if (Serializer.OldSpec)
        {
            WriteOldSpec(messagePack);
        }
        else
        {
            WriteEncoded(messagePack);
        }
    }

    /// <summary>Writes nil.</summary>
    public void WriteNil() => WriteByte(MessagePackCode.Nil);

    /// <summary>Writes the head of an array.</summary>
    /// <param name="count">How many values follow.</param>
    public void WriteArrayHeader(int count)
    {
        if (count < 16)
        {
            WriteByte((byte)(MessagePackCode.MinFixArray | count));
            return;
        }

        MessagePackPrimitives.TryWriteArrayHeader(Reserve(5), (uint)count, out int written);
        _end += written;
    }

    /// <summary>Writes the head of the params of a call whose last ones stand in an array.</summary>
    /// <typeparam name="T">The type of the last ones.</typeparam>
    /// <param name="count">How many stand before them.</param>
    /// <param name="rest">The last ones; null for none.</param>
    public void WriteArrayHeader<T>(int count, T[]? rest) => WriteArrayHeader(count + (rest?.Length ?? 0));

    /// <summary>Writes the last params of a call.</summary>
    /// <typeparam name="T">The type of each.</typeparam>
    /// <param name="rest">The params; null for none.</param>
    public void WriteRest<T>(T[]? rest)
    {
        foreach (T value in rest ?? [])
        {
            Write(value);
        }
    }

    /// <summary>
    /// Writes a value in the encoding of its type: numbers, bool, string, byte[] and <see cref="MprpcRaw"/> in place, types of contracts by generated code,
    /// others through the serializer.
    /// </summary>
    /// <typeparam name="T">The declared type; it, not the run-time type, chooses the encoding.</typeparam>
    /// <param name="value">The value.</param>
    /// <exception cref="MessagePackSerializationException">The serializer has no formatter for the type, or a formatter, a property or a collection
    /// failed.</exception>
    public void Write<T>(T value)
    {
        // Each comparison is a constant to the JIT where T is a value type: one branch is left.
        if (typeof(T) == typeof(int))
        {
            WriteInt64(Unsafe.As<T, int>(ref value));
        }
        else if (typeof(T) == typeof(long))
        {
            WriteInt64(Unsafe.As<T, long>(ref value));
        }
        else if (typeof(T) == typeof(uint))
        {
            WriteUInt64(Unsafe.As<T, uint>(ref value));
        }
        else if (typeof(T) == typeof(ulong))
        {
            WriteUInt64(Unsafe.As<T, ulong>(ref value));
        }
        else if (typeof(T) == typeof(short))
        {
            WriteInt64(Unsafe.As<T, short>(ref value));
        }
        else if (typeof(T) == typeof(ushort))
        {
            WriteUInt64(Unsafe.As<T, ushort>(ref value));
        }
        else if (typeof(T) == typeof(byte))
        {
            WriteUInt64(Unsafe.As<T, byte>(ref value));
        }
        else if (typeof(T) == typeof(sbyte))
        {
            WriteInt64(Unsafe.As<T, sbyte>(ref value));
        }
        else if (typeof(T) == typeof(bool))
        {
            WriteBoolean(Unsafe.As<T, bool>(ref value));
        }
        else if (typeof(T) == typeof(double))
        {
            WriteDouble(Unsafe.As<T, double>(ref value));
        }
        else if (typeof(T) == typeof(float))
        {
            WriteSingle(Unsafe.As<T, float>(ref value));
        }
        else if (typeof(T) == typeof(string))
        {
            WriteString(Unsafe.As<T, string?>(ref value));
        }
        else if (typeof(T) == typeof(byte[]))
        {
            WriteBytes(Unsafe.As<T, byte[]?>(ref value));
        }
        else if (typeof(T) == typeof(ReadOnlyMemory<byte>))
        {
            WriteBinary(Unsafe.As<T, ReadOnlyMemory<byte>>(ref value).Span);
        }
        else if (typeof(T) == typeof(Memory<byte>))
        {
            WriteBinary(Unsafe.As<T, Memory<byte>>(ref value).Span);
        }
        else if (typeof(T) == typeof(MprpcRaw))
        {
            _levels = TypeDepth.Unknown;
            WriteRaw(Unsafe.As<T, MprpcRaw>(ref value).Memory.Span);
        }
        else if (typeof(T) == typeof(NoValue))
        {
            WriteNil();
        }
        else if (Serializer.UsesGeneratedValues && ValueWriter<T>.Generated is { } write)
        {
            _levels = Math.Max(_levels, ValueWriter<T>.Levels);
            WriteGenerated(write, value);
        }
        else
        {
            // A resolver of the user's own may write anything for a type.
            _levels = Serializer.UsesGeneratedValues ? Math.Max(_levels, ValueWriter<T>.Levels) : TypeDepth.Unknown;
            WriteObject(value);
        }
    }

    /// <inheritdoc/>
    void IBufferWriter<byte>.Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _end);
        _end += count;
    }

    /// <inheritdoc/>
    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_end);
    }

    /// <inheritdoc/>
    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint) => Reserve(Math.Max(sizeHint, 1));

    private void WriteGenerated<T>(MprpcValueWriter<T> write, T value)
    {
        try
        {
            write(this, value);
        }
        catch (Exception exception) when (exception is not MessagePackSerializationException)
        {
            // A getter's or a collection's, which are the user's: the serializer reports them so.
            throw new MessagePackSerializationException($"Failed to serialize {typeof(T).FullName} value.", exception);
        }
    }

    private void WriteObject<T>(T value)
    {
        try
        {
            WriteSerialized(value);
        }
        catch (Exception exception) when (exception is not MessagePackSerializationException)
        {
            throw new MessagePackSerializationException($"Failed to serialize {typeof(T).FullName} value.", exception);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _end < count)
        {
            Grow(count);
        }

        return _buffer.AsSpan(_end);
    }

    /// <summary>Room for bytes that will all be written; <see cref="Reserve"/> is often asked for more than is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> ReserveExactly(int count)
    {
        if (_buffer.Length - _end < count)
        {
            ThrowIfBeyondLimit((long)_end + count);
            Grow(count);
        }

        return _buffer.AsSpan(_end);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int count)
    {
        // Up to three times what is written is asked for, where it is not looked at first: so many bytes may a character have.
        ThrowIfBeyondLimit(count > LargestGuess ? _end + (count / 4L) : _end);
        long wanted = Math.Max((long)_end + count, Math.Min(2L * _buffer.Length, Array.MaxLength));

        if (wanted > Array.MaxLength)
        {
            throw new MessagePackSerializationException(
                $"The message exceeds {Array.MaxLength:N0} bytes, the most that a buffer can hold. Send the value in several calls.");
        }

        byte[] grown = ArrayPool<byte>.Shared.Rent((int)wanted);
        _buffer.AsSpan(0, _end).CopyTo(grown);

        Poison.Fill(_buffer);

        if (_buffer.Length > SmallestBuffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = grown;
    }
}
