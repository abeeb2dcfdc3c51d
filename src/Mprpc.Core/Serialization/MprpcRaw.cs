using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Serialization;

namespace Mprpc;

/// <summary>Any MessagePack value, its bytes untouched: text that is no UTF-8, extension types, integers as wide as they came.</summary>
/// <remarks>Use it as a parameter, a result or an argument where a value is to pass through, or where its type is known only at run time.</remarks>
[MessagePackFormatter(typeof(MprpcRawFormatter))]
public readonly struct MprpcRaw : IEquatable<MprpcRaw>
{
    private static readonly byte[] NilBytes = [MessagePackCode.Nil];

    private static readonly SendLimit DefaultLimit = Limit(SendLimit.DefaultBytesOfValue);

    private readonly ReadOnlyMemory<byte> _bytes;

    /// <summary>Wraps the bytes of one MessagePack value; they are not copied and not checked.</summary>
    /// <param name="messagePack">Exactly one whole value. A message with other bytes is refused when it is to be sent.</param>
    public MprpcRaw(ReadOnlyMemory<byte> messagePack) => _bytes = messagePack;

    /// <summary>The value's bytes; those of nil for <c>default</c>.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.IsEmpty ? NilBytes : _bytes;

    /// <summary>Whether the value is nil.</summary>
    public bool IsNil => Memory.Span[0] == MessagePackCode.Nil;

    /// <summary>What kind of value it is.</summary>
    public MessagePackType Type => MessagePackCode.ToMessagePackType(Memory.Span[0]);

    /// <summary>Encodes a value.</summary>
    /// <typeparam name="T">The declared type; it chooses the encoding.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="options">Null: <see cref="MprpcSerializerOptions.Default"/>.</param>
    /// <param name="maxSize"> The most bytes that the value may take, 1 or more. Default 67,108,864 (64 MiB, sixteen times what a message may have by default):
    /// an object is written each time that others refer to it, so that a few dozen objects can make more bytes than any memory holds.
    /// </param>
    /// <exception cref="MessagePackSerializationException">The value cannot be encoded, or takes more than <paramref name="maxSize"/> bytes.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxSize"/> is not positive.</exception>
    public static MprpcRaw From<T>(T value, MprpcSerializerOptions? options = null, int maxSize = SendLimit.DefaultBytesOfValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSize);
        SendLimit limit = maxSize == SendLimit.DefaultBytesOfValue ? DefaultLimit : Limit(maxSize);
        MprpcWriter writer = MprpcWriter.Rent(options ?? MprpcSerializerOptions.Default, reserved: 0, limit);

        try
        {
            writer.Write(value);

            if (writer.Length > maxSize)
            {
                throw new MessagePackSerializationException(limit.Describe(writer.WrittenSpan, writer.Length));
            }

            if (writer.Levels >= TypeDepth.Unknown && WrittenValues.Fault(writer.WrittenSpan, values: 1, outer: 0, int.MaxValue, out _) is { } fault)
            {
                throw new MessagePackSerializationException($"{TypeName.Of(typeof(T))} {fault}. {WrittenValues.WholeRemedy}");
            }

            return new MprpcRaw(writer.WrittenSpan.ToArray());
        }
        finally
        {
            MprpcWriter.Return(writer);
        }
    }

    /// <summary>Decodes the value.</summary>
    /// <typeparam name="T">The type to decode into.</typeparam>
    /// <param name="options">Null: <see cref="MprpcSerializerOptions.Default"/>.</param>
    /// <exception cref="MessagePackSerializationException">The value is of another type.</exception>
    public T Deserialize<T>(MprpcSerializerOptions? options = null)
        => MessagePackSerializer.Deserialize<T>(Memory, (options ?? MprpcSerializerOptions.Default).MessagePack);

    /// <summary>Whether both have the same bytes.</summary>
    /// <param name="other">The other value.</param>
    public bool Equals(MprpcRaw other) => Memory.Span.SequenceEqual(other.Memory.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MprpcRaw other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Memory.Span);
        return hash.ToHashCode();
    }

    /// <summary>The value as JSON, for logs and debuggers; its bytes in hexadecimal where it is not well-formed. Never throws.</summary>
    public override string ToString()
    {
        try
        {
            return MessagePackSerializer.ConvertToJson(Memory, MprpcSerializerOptions.Default.MessagePack);
        }
        catch (Exception exception) when (exception is MessagePackSerializationException or EndOfStreamException)
        {
            return Convert.ToHexStringLower(Memory.Span);
        }
    }

    /// <summary>Whether both have the same bytes.</summary>
    public static bool operator ==(MprpcRaw left, MprpcRaw right) => left.Equals(right);

    /// <summary>Whether the bytes differ.</summary>
    public static bool operator !=(MprpcRaw left, MprpcRaw right) => !left.Equals(right);

    private static SendLimit Limit(int maxSize) => SendLimit.OfValue(maxSize, "Encode it in parts, or pass a larger maxSize.");
}
