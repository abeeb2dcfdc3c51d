using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>Writes nil, and reads whatever a peer answers where nothing is expected.</summary>
internal sealed class NoValueFormatter : IMessagePackFormatter<NoValue>
{
    public void Serialize(ref MessagePackWriter writer, NoValue value, MessagePackSerializerOptions options) => writer.WriteNil();

    public NoValue Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        reader.Skip();
        return default;
    }
}
