using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using MessagePack;
using Mprpc.Connections;
using Mprpc.Framing;

namespace Mprpc;

/// <summary>Reads the parameters of a call, or the result of one, in place.</summary>
/// <remarks>
/// Generated dispatchers and proxies read through it. A value of the wrong type throws nothing: it makes the reader <see cref="Failed"/> and reads as the type's default,
/// and the call is answered with an error. The bytes belong to the connection and are gone after <see cref="End"/>.
/// </remarks>
public ref struct MprpcReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlyMemory<byte> _message;     // whole and well-formed: the scanner has seen it
    private readonly ReadOnlySpan<byte> _span;
    private readonly MprpcSerializerOptions _serializer;
    private readonly ReadLoop? _loop;
    private int _position;
    private int _remaining;
    private int _failed = -1;
    private string? _expected;
    private Exception? _exception;

    internal MprpcReader(ReadOnlyMemory<byte> message, int position, int count, MprpcSerializerOptions serializer, ReadLoop? loop)
    {
        _message = message;
        _span = message.Span;
        _position = position;
        _serializer = serializer;
        _loop = loop;
        Count = count;
        _remaining = count;
    }

    /// <summary>How many values the peer sent.</summary>
    public int Count { get; }

    /// <summary>How many of them are not read yet: 0 where a default value is to be used.</summary>
    public readonly int Remaining => _remaining;

    /// <summary>Whether a value was missing, or of a type that cannot be read as the one asked for.</summary>
    public readonly bool Failed => _failed >= 0;

    /// <summary>Whether <see cref="End"/> has let the caller go on to the service's own code.</summary>
    internal bool Ended { get; private set; }

    /// <summary>The index of the value that failed.</summary>
    internal readonly int FailedIndex => _failed;

    /// <summary>What the failed value should have been.</summary>
    internal readonly string Expected => _expected ?? "a value";

    /// <summary>Why the serializer refused it, if it did.</summary>
    internal readonly Exception? Exception => _exception;

    /// <summary>Says that all that is needed is read: from here on the bytes may be reused, and the service's code may take its time.</summary>
    /// <returns>False where a value failed: the method must not be called.</returns>
    public bool End()
    {
        if (Failed)
        {
            return false;
        }

        Ended = true;
        _loop?.EnterUserCode();
        return true;
    }

    /// <summary>Reads the next value.</summary>
    /// <typeparam name="T">The type to read it as.</typeparam>
    /// <returns>The value, or the type's default where the reader failed.</returns>
    public T Read<T>()
    {
        if (_remaining-- <= 0)
        {
            Fail(DisplayName<T>());
            return default!;
        }

        // Each comparison is a constant to the JIT where T is a value type: one branch is left.
        if (typeof(T) == typeof(int))
        {
            long value = ReadInt64(int.MinValue, int.MaxValue, "int");
            int narrow = (int)value;
            return Unsafe.As<int, T>(ref narrow);
        }

        if (typeof(T) == typeof(long))
        {
            long value = ReadInt64(long.MinValue, long.MaxValue, "long");
            return Unsafe.As<long, T>(ref value);
        }

        if (typeof(T) == typeof(uint))
        {
            long value = ReadInt64(0, uint.MaxValue, "uint");
            uint narrow = (uint)value;
            return Unsafe.As<uint, T>(ref narrow);
        }

        if (typeof(T) == typeof(short))
        {
            long value = ReadInt64(short.MinValue, short.MaxValue, "short");
            short narrow = (short)value;
            return Unsafe.As<short, T>(ref narrow);
        }

        if (typeof(T) == typeof(ushort))
        {
            long value = ReadInt64(0, ushort.MaxValue, "ushort");
            ushort narrow = (ushort)value;
            return Unsafe.As<ushort, T>(ref narrow);
        }

        if (typeof(T) == typeof(byte))
        {
            long value = ReadInt64(0, byte.MaxValue, "byte");
            byte narrow = (byte)value;
            return Unsafe.As<byte, T>(ref narrow);
        }

        if (typeof(T) == typeof(sbyte))
        {
            long value = ReadInt64(sbyte.MinValue, sbyte.MaxValue, "sbyte");
            sbyte narrow = (sbyte)value;
            return Unsafe.As<sbyte, T>(ref narrow);
        }

        if (typeof(T) == typeof(ulong))
        {
            ulong value = ReadUInt64();
            return Unsafe.As<ulong, T>(ref value);
        }

        if (typeof(T) == typeof(bool))
        {
            bool value = ReadBoolean();
            return Unsafe.As<bool, T>(ref value);
        }

        if (typeof(T) == typeof(double))
        {
            double value = ReadDouble("double");
            return Unsafe.As<double, T>(ref value);
        }

        if (typeof(T) == typeof(float))
        {
            float value = (float)ReadDouble("float");
            return Unsafe.As<float, T>(ref value);
        }

        if (typeof(T) == typeof(string))
        {
            string? value = ReadString();
            return Unsafe.As<string?, T>(ref value);
        }

        if (typeof(T) == typeof(byte[]))
        {
            byte[]? value = ReadBinary();
            return Unsafe.As<byte[]?, T>(ref value);
        }

        if (typeof(T) == typeof(ReadOnlyMemory<byte>))
        {
            // A copy: a service may keep it for longer than the connection keeps the message.
            ReadOnlyMemory<byte> value = ReadBinary();
            return Unsafe.As<ReadOnlyMemory<byte>, T>(ref value);
        }

        if (typeof(T) == typeof(MprpcRaw))
        {
            var value = new MprpcRaw(Skip().ToArray());
            return Unsafe.As<MprpcRaw, T>(ref value);
        }

        if (typeof(T) == typeof(NoValue))
        {
            Skip();
            return default!;
        }

        return ReadObject<T>();
    }

    /// <summary>Whether the next value is nil; it is read only if so.</summary>
    public bool TryReadNil()
    {
        if (_remaining <= 0 || _span[_position] != MessagePackCode.Nil)
        {
            return false;
        }

        _remaining--;
        _position++;
        return true;
    }

    /// <summary>Reads over the next value and returns its bytes.</summary>
    internal ReadOnlySpan<byte> Skip()
    {
        int start = _position;
        _position += MessagePackHead.MeasureValue(_span[start..]);
        return _span[start.._position];
    }

    private long ReadInt64(long min, long max, string expected)
    {
        if (_span[_position] <= MessagePackCode.MaxFixInt)
        {
            return _span[_position++];
        }

        if (MessagePackPrimitives.TryReadInt64(_span[_position..], out long value, out int size) == MessagePackPrimitives.DecodeResult.Success
            && value >= min && value <= max)
        {
            _position += size;
            return value;
        }

        Fail(expected);
        return 0;
    }

    private ulong ReadUInt64()
    {
        if (MessagePackPrimitives.TryReadUInt64(_span[_position..], out ulong value, out int size) != MessagePackPrimitives.DecodeResult.Success)
        {
            Fail("ulong");
            return 0;
        }

        _position += size;
        return value;
    }

    private bool ReadBoolean()
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

    private double ReadDouble(string expected)
    {
        if (MessagePackPrimitives.TryReadDouble(_span[_position..], out double value, out int size) != MessagePackPrimitives.DecodeResult.Success)
        {
            Fail(expected);
            return 0;
        }

        _position += size;
        return value;
    }

    private string? ReadString()
    {
        if (!TryReadBytes(out ReadOnlySpan<byte> bytes, out bool isNil))
        {
            Fail("string");
            return null;
        }

        if (isNil)
        {
            return null;
        }

        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            // docs/protocol.md 7: never U+FFFD in place of what the peer sent.
            Fail("string (valid UTF-8; take byte[] or MprpcRaw for text in other encodings)");
            return null;
        }
    }

    private byte[]? ReadBinary()
    {
        if (!TryReadBytes(out ReadOnlySpan<byte> bytes, out bool isNil))
        {
            Fail("byte[]");
            return null;
        }

        return isNil ? null : bytes.ToArray();
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
            return false;
        }

        bytes = value.Slice(head, length);
        _position += head + length;
        return true;
    }

    private T ReadObject<T>()
    {
        var reader = new MessagePackReader(_message[_position..]);

        try
        {
            T value = MessagePackSerializer.Deserialize<T>(ref reader, _serializer.MessagePack);
            _position += (int)reader.Consumed;
            return value;
        }
        catch (Exception exception)
        {
            _exception = exception;
            Fail(DisplayName<T>());
            return default!;
        }
    }

    private void Fail(string expected)
    {
        if (Failed)
        {
            return;
        }

        _failed = Count - _remaining - 1;
        _expected = expected;
        _remaining = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string DisplayName<T>() => TypeName.Of(typeof(T));
}
