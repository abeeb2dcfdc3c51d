using System.Text.Json;
using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.Serialization;

/// <summary>A JSON document as the MessagePack value that it stands for; nil is null.</summary>
internal sealed class JsonDocumentFormatter : IMessagePackFormatter<JsonDocument?>
{
    public void Serialize(ref MessagePackWriter writer, JsonDocument? value, MessagePackSerializerOptions options)
        => JsonWriting.Write(ref writer, value?.RootElement ?? default);

    public JsonDocument? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        => reader.TryReadNil() ? null : JsonDocument.Parse(JsonReading.ToUtf8(ref reader, options), JsonWriting.ReadingOptions);
}
