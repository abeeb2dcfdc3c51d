using System.Text.Json.Nodes;
using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.Serialization;

/// <summary>A JSON node, or the kind of node that is asked for, as the MessagePack value that it stands for.</summary>
internal sealed class JsonNodeFormatter<T> : IMessagePackFormatter<T?>
    where T : JsonNode
{
    public void Serialize(ref MessagePackWriter writer, T? value, MessagePackSerializerOptions options) => JsonNodeWriting.Write(ref writer, value);

    public T? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        JsonNode? node = JsonNode.Parse(JsonReading.ToUtf8(ref reader, options), nodeOptions: null, JsonWriting.ReadingOptions);

        return node switch
        {
            null => null,
            T wanted => wanted,
            _ => throw new MessagePackSerializationException($"The value is a {node.GetType().Name}, and not a {typeof(T).Name}."),
        };
    }
}
