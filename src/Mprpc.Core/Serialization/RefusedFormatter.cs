using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.Serialization;

/// <summary>Stands in the place of a formatter that would do more than to read data: neither reads nor writes.</summary>
internal sealed class RefusedFormatter<T>(string reason) : IMessagePackFormatter<T>
{
    public void Serialize(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options) => throw Refused();

    public T Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => throw Refused();

    private MessagePackSerializationException Refused() => new($"A {TypeName.Of(typeof(T))} is neither read nor written: {reason}.");
}
