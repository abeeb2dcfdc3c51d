using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using MessagePack;
using Mprpc.Serialization;

namespace Mprpc.CompilerServices;

/// <content>What a parameter or a result is made of, for generated code: these values do not count as parameters.</content>
/// <remarks>
/// The scanner has seen the whole message, so every value is there and no head promises more than follows. A failed read leaves the position where it is, so
/// that what generated code still reads on its straight line never lies beyond the message.
/// </remarks>
public ref partial struct MprpcReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads an integer. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public int ReadInt32() => (int)ReadInteger(int.MinValue, int.MaxValue, "int");

    /// <summary>Reads an integer. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public long ReadInt64() => ReadInteger(long.MinValue, long.MaxValue, "long");

    /// <summary>Reads an integer. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public short ReadInt16() => (short)ReadInteger(short.MinValue, short.MaxValue, "short");

    /// <summary>Reads an integer. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public sbyte ReadSByte() => (sbyte)ReadInteger(sbyte.MinValue, sbyte.MaxValue, "sbyte");

    /// <summary>Reads an integer. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public uint ReadUInt32() => (uint)ReadInteger(0, uint.MaxValue, "uint");

    /// <summary>Reads an integer. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ushort ReadUInt16() => (ushort)ReadInteger(0, ushort.MaxValue, "ushort");

    /// <summary>Reads an integer. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public byte ReadByte() => (byte)ReadInteger(0, byte.MaxValue, "byte");

    /// <summary>Reads a UTF-16 code unit, which is an integer on the wire. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public char ReadChar() => (char)ReadInteger(0, char.MaxValue, "char (a number)");

    /// <summary>Reads an integer. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ulong ReadUInt64()
    {
        // Of a negative number MessagePackPrimitives.TryReadUInt64 throws instead of saying no.
        byte code = _span[_position];

        if (code != MessagePackCode.UInt64)
        {
            return code is MessagePackCode.Float32 or MessagePackCode.Float64 ? ReadWholeUInt64() : (ulong)ReadInteger(0, long.MaxValue, "ulong");
        }

        ulong value = BinaryPrimitives.ReadUInt64BigEndian(_span[(_position + 1)..]);
        _position += 1 + sizeof(ulong);
        return value;
    }

    /// <summary>Reads true or false. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public bool ReadBoolean()
    {
        byte code = _span[_position];

        if (code is not (MessagePackCode.True or MessagePackCode.False))
        {
            Fail("bool");
            return false;
        }

        _position++;
        return code == MessagePackCode.True;
    }

    /// <summary>Reads a number. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public double ReadDouble()
    {
        if (_span[_position] != MessagePackCode.Float64)
        {
            return ReadNumber("double");
        }

        double value = BinaryPrimitives.ReadDoubleBigEndian(_span[(_position + 1)..]);
        _position += 1 + sizeof(double);
        return value;
    }

    /// <summary>Reads a number. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public float ReadSingle() => (float)ReadNumber("float");

    /// <summary>Reads text, or null. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public string? ReadString()
    {
        int start = _position;

        if (!TryReadBytes(out ReadOnlySpan<byte> bytes, out bool isNil))
        {
            Fail("string");
            return null;
        }

        if (isNil)
        {
            return null;
        }

        // Most text is ASCII: to check it and to widen it takes a third less time than the strict encoding does.
        if (Ascii.IsValid(bytes))
        {
            return Encoding.Latin1.GetString(bytes);
        }

        if (!Utf8.IsValid(bytes))
        {
            // docs/protocol.md 7: never U+FFFD in place of what the peer sent.
            _position = start;
            Fail("string (valid UTF-8; take byte[] or MprpcRaw for text in other encodings)");
            return null;
        }

        return StrictUtf8.GetString(bytes);
    }

    /// <summary>Reads binary, or null. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public byte[]? ReadBytes()
    {
        if (!TryReadBytes(out ReadOnlySpan<byte> bytes, out bool isNil) && !TryReadTypedArray(out bytes))
        {
            Fail("byte[]");
            return null;
        }

        return isNil ? null : bytes.ToArray();
    }

    /// <summary>Reads nil if it is next. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public bool ReadNil()
    {
        byte code = _span[_position];

        if (code != MessagePackCode.Nil)
        {
            return code == MessagePackCode.FixExt1 && ReadUndefined();
        }

        _position++;
        return true;
    }

    /// <summary>Whether the next value is an extension, such as a typed array of JavaScript's, which the serializer reads. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public readonly bool IsExtension()
        => MessagePackCode.ToMessagePackType(_span[_position]) == MessagePackType.Extension && !JavaScriptExtension.IsUndefined(_span[_position..]);

    /// <summary>Reads a member's name, in its bytes; nil as none. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ReadOnlySpan<byte> ReadKey()
    {
        if (!TryReadBytes(out ReadOnlySpan<byte> bytes, out _))
        {
            Fail("a member's name");
        }

        return bytes;
    }

    /// <summary>Reads over a value. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void SkipValue() => Skip();

    /// <summary>Reads a part of a value by the serializer's formatter. For generated code.</summary>
    /// <typeparam name="T">The type to read it as.</typeparam>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public T ReadSerialized<T>()
    {
        if (Failed)
        {
            return default!;
        }

        var reader = new MessagePackReader(_message[_position..]);

        try
        {
            T value = _serializer.FormatterOf<T>().Deserialize(ref reader, _serializer.MessagePack);
            _position += (int)reader.Consumed;
            return value;
        }
        catch (Exception exception)
        {
            Fail(DisplayName<T>(), exception);
            return default!;
        }
    }

    /// <summary>The comparer of a dictionary whose keys a peer chooses: it cannot choose them so that they collide. For generated code.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public readonly IEqualityComparer<TKey> KeyComparer<TKey>() => _serializer.MessagePack.Security.GetEqualityComparer<TKey>();

    /// <summary>Whether a type that contains itself may be read one level deeper; the reader fails where not. For generated code.</summary>
    /// <param name="expected">What errors call the value.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public bool HasRoom(string expected)
    {
        if (RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return true;
        }

        Fail($"{expected} that nests less deeply");
        return false;
    }

    /// <summary>Makes the reader fail at the value that is next. For generated code.</summary>
    /// <param name="expected">What errors say that should stand there.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Fail(string expected) => Fail(expected, exception: null);

    private void Fail(string expected, Exception? exception)
    {
        if (Failed)
        {
            return;
        }

        _failed = Count - _remaining - 1;
        _failedAt = _position;
        _expected = expected;
        _exception = exception;
        _remaining = 0;
    }

    private long ReadInteger(long min, long max, string expected)
    {
        if (_span[_position] <= MessagePackCode.MaxFixInt)
        {
            return _span[_position++];
        }

        if (MessagePackHead.TryReadInteger(_span[_position..], out long value, out int size) && value >= min && value <= max)
        {
            _position += size;
            return value;
        }

        return ReadWhole(min, max, expected);
    }

    /// <summary>docs/protocol.md 7.4: a float that is whole is an integer to those whose language has no others.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long ReadWhole(long min, long max, string expected)
    {
        if (TryReadFloat(out double number, out int size) && WholeNumber.TryGet(number, out long value) && value >= min && value <= max)
        {
            _position += size;
            return value;
        }

        Fail(expected);
        return 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong ReadWholeUInt64()
    {
        if (TryReadFloat(out double number, out int size) && WholeNumber.TryGet(number, out ulong value))
        {
            _position += size;
            return value;
        }

        Fail("ulong");
        return 0;
    }

    private readonly bool TryReadFloat(out double number, out int size)
    {
        number = 0;
        size = 0;

        return _span[_position] is MessagePackCode.Float32 or MessagePackCode.Float64
            && MessagePackPrimitives.TryReadDouble(_span[_position..], out number, out size) == MessagePackPrimitives.DecodeResult.Success;
    }

    private double ReadNumber(string expected)
    {
        if (MessagePackPrimitives.TryReadDouble(_span[_position..], out double value, out int size) != MessagePackPrimitives.DecodeResult.Success)
        {
            Fail(expected);
            return 0;
        }

        _position += size;
        return value;
    }

    /// <summary>JavaScript's undefined: nil to everybody else.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool ReadUndefined()
    {
        if (!JavaScriptExtension.IsUndefined(_span[_position..]))
        {
            return false;
        }

        _position += JavaScriptExtension.UndefinedSize;
        return true;
    }

    /// <summary>Text and binary alike: peers of the old specification know only one of the two (docs/protocol.md 7).</summary>
    private bool TryReadBytes(out ReadOnlySpan<byte> bytes, out bool isNil)
    {
        ReadOnlySpan<byte> value = _span[_position..];
        byte code = value[0];
        bytes = default;
        isNil = code == MessagePackCode.Nil;

        if (isNil)
        {
            _position++;
            return true;
        }

        if (!MessagePackHead.TryReadBytes(value, out int head, out int length))
        {
            isNil = code == MessagePackCode.FixExt1 && ReadUndefined();
            return isNil;
        }

        bytes = value.Slice(head, length);
        _position += head + length;
        return true;
    }
}
