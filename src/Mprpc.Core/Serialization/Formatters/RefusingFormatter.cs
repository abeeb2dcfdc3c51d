using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.Serialization;

/// <summary>In the place of a formatter that there is none of: says which type, why, and the remedy.</summary>
internal sealed class RefusingFormatter<T>(string reason) : IMessagePackFormatter<T>, IRefusingFormatter
{
    public string Reason { get; } = reason;

    public void Serialize(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options) => throw Refused();

    public T Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => throw Refused();

    private MessagePackSerializationException Refused() => new($"{TypeName.Of(typeof(T))} cannot be sent: {Reason}.");
}
