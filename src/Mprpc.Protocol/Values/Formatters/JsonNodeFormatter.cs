using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using MessagePack;
using MessagePack.Formatters;

namespace Mprpc;

/// <summary>A JSON node, or the kind of node that is asked for, as the MessagePack value that it stands for.</summary>
internal sealed class JsonNodeFormatter<T> : IMessagePackFormatter<T?>
    where T : JsonNode
{
    private static readonly JsonWriterOptions Options = new() { MaxDepth = Nesting.MostLevels };

    public void Serialize(ref MessagePackWriter writer, T? value, MessagePackSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        var buffer = new ArrayBufferWriter<byte>();

        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            value.WriteTo(json);
        }

        using JsonDocument document = JsonDocument.Parse(buffer.WrittenMemory, JsonWriting.ReadingOptions);
        JsonWriting.Write(ref writer, document.RootElement);
    }

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
