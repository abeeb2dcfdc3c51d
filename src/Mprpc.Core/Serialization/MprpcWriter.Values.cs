using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Text;
using MessagePack;
using Mprpc.Serialization;

namespace Mprpc.CompilerServices;

/// <content>Writes what values are made of, for generated code: the encodings that <see cref="Write{T}"/> chooses among.</content>
public sealed partial class MprpcWriter
{
    // Up to here room for the longest UTF-8 is taken ahead, so that text is looked at once.
    private const int LongestOnePassText = 256;
    private const int LongestHead = 5;

    /// <summary>Copies bytes that every peer can read: heads of arrays and maps, and text of up to 31 bytes. For generated code.</summary>
    /// <param name="bytes">MessagePack.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void WriteEncoded(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(ReserveExactly(bytes.Length));
        _end += bytes.Length;
    }

    /// <summary>Writes the head of a map. For generated code.</summary>
    /// <param name="count">How many keys and values follow.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void WriteMapHeader(int count)
    {
        if (count < 16)
        {
            WriteByte((byte)(MessagePackCode.MinFixMap | count));
            return;
        }

        MessagePackPrimitives.TryWriteMapHeader(Reserve(LongestHead), (uint)count, out int written);
        _end += written;
    }

    /// <summary>Writes text; with the old specification without the 8-bit length that peers of that time do not know. For generated code.</summary>
    /// <param name="text">The text, or null for nil.</param>
    /// <exception cref="MessagePackSerializationException">The text has half a surrogate pair, which UTF-8 has no bytes for.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void WriteString(string? text)
    {
        if (text is null)
        {
            WriteNil();
            return;
        }

        if (text.Length > LongestOnePassText)
        {
            int length = Encoding.UTF8.GetByteCount(text);
            WriteStringHeader(length);
            _end += UnicodeText.Encode(text, ReserveExactly(length));
            return;
        }

        // As if it were ASCII; other text may need a longer head, and is then moved.
        int head = StringHeadSize(text.Length);
        Span<byte> span = Reserve(LongestHead + (3 * text.Length));
        int bytes = UnicodeText.Encode(text, span[head..]);

        if (StringHeadSize(bytes) is int actual && actual != head)
        {
            span.Slice(head, bytes).CopyTo(span[actual..]);
        }

        WriteStringHeader(bytes);
        _end += bytes;
    }

    /// <summary>Writes bytes as bin, or with the old specification as raw. For generated code.</summary>
    /// <param name="bytes">The bytes, or null for nil.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void WriteBytes(byte[]? bytes)
    {
        if (bytes is null)
        {
            WriteNil();
        }
        else
        {
            WriteBinary(bytes);
        }
    }

    /// <summary>Writes an integer in the fewest bytes. For generated code.</summary>
    /// <param name="value">The integer.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void WriteInt64(long value)
    {
        Span<byte> span = Reserve(9);

        if (value is >= MessagePackRange.MinFixNegativeInt and <= MessagePackRange.MaxFixPositiveInt)
        {
            span[0] = (byte)value;
            _end++;
            return;
        }

        MessagePackPrimitives.TryWrite(span, value, out int written);
        _end += written;
    }

    /// <summary>Writes an integer in the fewest bytes. For generated code.</summary>
    /// <param name="value">The integer.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void WriteUInt64(ulong value)
    {
        MessagePackPrimitives.TryWrite(Reserve(9), value, out int written);
        _end += written;
    }

    /// <summary>Writes true or false. For generated code.</summary>
    /// <param name="value">Which.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void WriteBoolean(bool value) => WriteByte(value ? MessagePackCode.True : MessagePackCode.False);

    /// <summary>Writes a number in nine bytes. For generated code.</summary>
    /// <param name="value">The number.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void WriteDouble(double value)
    {
        Span<byte> span = Reserve(9);
        span[0] = MessagePackCode.Float64;
        BinaryPrimitives.WriteDoubleBigEndian(span[1..], value);
        _end += 9;
    }

    /// <summary>Writes a number in five bytes. For generated code.</summary>
    /// <param name="value">The number.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void WriteSingle(float value)
    {
        Span<byte> span = Reserve(5);
        span[0] = MessagePackCode.Float32;
        BinaryPrimitives.WriteSingleBigEndian(span[1..], value);
        _end += 5;
    }

    /// <summary>Writes a part of a value by the serializer's formatter. For generated code.</summary>
    /// <typeparam name="T">The declared type.</typeparam>
    /// <param name="value">The part.</param>
    /// <exception cref="MessagePackSerializationException">The serializer has no formatter for the type, or the formatter failed.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void WriteSerialized<T>(T value)
    {
        MprpcWriter? outer = s_current;
        s_current = this;

        if (outer is null)
        {
            s_bytesAside = 0;
        }

        try
        {
            var writer = new MessagePackWriter(this) { OldSpec = Serializer.OldSpec };
            Serializer.FormatterOf<T>().Serialize(ref writer, value, Serializer.MessagePack);
            writer.Flush();
        }
        finally
        {
            s_current = outer;
        }
    }

    /// <summary>Writes bytes as bin; with the old specification as raw.</summary>
    internal void WriteBinary(ReadOnlySpan<byte> bytes)
    {
        if (Serializer.OldSpec)
        {
            WriteStringHeader(bytes.Length);
        }
        else
        {
            MessagePackPrimitives.TryWriteBinHeader(Reserve(LongestHead), (uint)bytes.Length, out int written);
            _end += written;
        }

        WriteEncoded(bytes);
    }

    /// <summary>Writes the head of text; with the old specification without the 8-bit length.</summary>
    internal void WriteStringHeader(int bytes)
    {
        if (bytes <= MessagePackRange.MaxFixStringLength)
        {
            WriteByte((byte)(MessagePackCode.MinFixStr | bytes));
            return;
        }

        if (Serializer.OldSpec && bytes <= ushort.MaxValue)
        {
            Span<byte> head = Reserve(3);
            head[0] = MessagePackCode.Str16;
            BinaryPrimitives.WriteUInt16BigEndian(head[1..], (ushort)bytes);
            _end += 3;
            return;
        }

        MessagePackPrimitives.TryWriteStringHeader(Reserve(LongestHead), (uint)bytes, out int written);
        _end += written;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void WriteByte(byte value)
    {
        Reserve(1)[0] = value;
        _end++;
    }

    private void WriteOldSpec(ReadOnlySpan<byte> messagePack)
    {
        while (!messagePack.IsEmpty)
        {
            ReadOnlySpan<byte> piece = OldSpecTranscoder.Take(ref messagePack, out bool isRaw);

            if (isRaw)
            {
                WriteStringHeader(piece.Length);
            }

            WriteEncoded(piece);
        }
    }

    private int StringHeadSize(int bytes)
        => bytes <= MessagePackRange.MaxFixStringLength ? 1
            : bytes <= byte.MaxValue && !Serializer.OldSpec ? 2
            : 3;    // LongestOnePassText characters make no more than 16 bits count
}
