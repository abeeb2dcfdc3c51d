using System.Runtime.CompilerServices;
using MessagePack;
using Mprpc.Scheduling;
using Mprpc.Serialization;

namespace Mprpc.CompilerServices;

/// <summary>Reads the parameters of a call, or the result of one, in place.</summary>
/// <remarks>
/// Generated dispatchers and proxies read through it. A value of the wrong type throws nothing: it makes the reader <see cref="Failed"/> and reads as the
/// type's default, and the call is answered with an error. The bytes belong to the connection and are gone after <see cref="End"/>.
/// </remarks>
public ref partial struct MprpcReader
{
    // Whole and well-formed: the scanner has seen it; not a copy, which would have to wait until the one just made can be read.
    private readonly ref readonly ReadOnlyMemory<byte> _message;
    private readonly ReadOnlySpan<byte> _span;
    private readonly MprpcSerializerOptions _serializer;
    private readonly UserCodeLoop? _loop;
    private int _position;
    private int _remaining;
    private int _failed = -1;
    private int _failedAt;
    private string? _expected;
    private Exception? _exception;

    internal MprpcReader(in ReadOnlyMemory<byte> message, int position, int count, MprpcSerializerOptions serializer, UserCodeLoop? loop)
    {
        _message = ref message;
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

    /// <summary>Where the next value is.</summary>
    internal readonly int Position => _position;

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
            int value = ReadInt32();
            return Unsafe.As<int, T>(ref value);
        }

        if (typeof(T) == typeof(long))
        {
            long value = ReadInt64();
            return Unsafe.As<long, T>(ref value);
        }

        if (typeof(T) == typeof(uint))
        {
            uint value = ReadUInt32();
            return Unsafe.As<uint, T>(ref value);
        }

        if (typeof(T) == typeof(short))
        {
            short value = ReadInt16();
            return Unsafe.As<short, T>(ref value);
        }

        if (typeof(T) == typeof(ushort))
        {
            ushort value = ReadUInt16();
            return Unsafe.As<ushort, T>(ref value);
        }

        if (typeof(T) == typeof(byte))
        {
            byte value = ReadByte();
            return Unsafe.As<byte, T>(ref value);
        }

        if (typeof(T) == typeof(sbyte))
        {
            sbyte value = ReadSByte();
            return Unsafe.As<sbyte, T>(ref value);
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
            double value = ReadDouble();
            return Unsafe.As<double, T>(ref value);
        }

        if (typeof(T) == typeof(float))
        {
            float value = ReadSingle();
            return Unsafe.As<float, T>(ref value);
        }

        if (typeof(T) == typeof(string))
        {
            string? value = ReadString();
            return Unsafe.As<string?, T>(ref value);
        }

        if (typeof(T) == typeof(byte[]))
        {
            byte[]? value = ReadBytes();
            return Unsafe.As<byte[]?, T>(ref value);
        }

        if (typeof(T) == typeof(ReadOnlyMemory<byte>))
        {
            // A copy: a service may keep it for longer than the connection keeps the message.
            ReadOnlyMemory<byte> value = ReadBytes();
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

        return _serializer.UsesGeneratedValues && ValueReader<T>.Generated is { } read ? ReadGenerated(read) : ReadObject<T>();
    }

    /// <summary>Reads all values that are left, for a params array.</summary>
    /// <typeparam name="T">The type of each.</typeparam>
    /// <returns>The values; what it has read of them where the reader failed.</returns>
    public T[] ReadRest<T>()
    {
        // Whoever has an array already may send it as one: it cannot be taken for one of its elements.
        if (_remaining == 1 && Type.GetTypeCode(typeof(T)) != TypeCode.Object && IsArray<T>())
        {
            return Read<T[]>();
        }

        var items = new T[Math.Max(_remaining, 0)];

        for (int i = 0; i < items.Length && !Failed; i++)
        {
            items[i] = Read<T>();
        }

        return items;
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

    private readonly bool IsArray<T>() => MessagePackCode.ToMessagePackType(_span[_position]) switch
    {
        MessagePackType.Array or MessagePackType.Extension => true,
        MessagePackType.Binary => typeof(T) == typeof(byte),
        _ => false,
    };

    /// <summary>Reads over the next value and returns its bytes.</summary>
    internal ReadOnlySpan<byte> Skip()
    {
        int start = _position;
        _position += MessagePackHead.MeasureValue(_span[start..]);
        return _span[start.._position];
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
            Fail(DisplayName<T>(), exception);
            return default!;
        }
    }

    private T ReadGenerated<T>(MprpcValueReader<T> read)
    {
        int start = _position;

        try
        {
            T value = read(ref this);

            if (!Failed)
            {
                return value;
            }

            _expected = DescribeFailure(DisplayName<T>(), start);
        }
        catch (Exception exception)
        {
            // A setter's or a constructor's, which are the user's.
            Fail(DisplayName<T>(), exception);
        }

        return default!;
    }

    /// <summary>What the whole value should have been, and which part of it is not so: reading stopped there.</summary>
    private readonly string DescribeFailure(string type, int start)
    {
        string path = ValuePath.Of(_span, start, _failedAt);
        return path.Length == 0 ? Expected : $"{type}, with {Expected} at {path}";
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string DisplayName<T>() => TypeName.Of(typeof(T));
}
