using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>A type that holds bytes, such as Memory: written as its own formatter writes it, read as <see cref="BytesFormatter"/> reads.</summary>
internal sealed class BytesLikeFormatter<T>(IMessagePackFormatter<T> standard, Func<byte[]?, T> create) : IMessagePackFormatter<T>
{
    public void Serialize(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options) => standard.Serialize(ref writer, value, options);

    public T Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => create(MprpcFormatting.ReadBytes(ref reader));
}
