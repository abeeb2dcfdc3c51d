using System.Text.Json;
using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.Serialization;

/// <summary>A JSON value as the MessagePack value that it stands for.</summary>
internal sealed class JsonElementFormatter : IMessagePackFormatter<JsonElement>
{
    public void Serialize(ref MessagePackWriter writer, JsonElement value, MessagePackSerializerOptions options) => JsonWriting.Write(ref writer, value);

    public JsonElement Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        using JsonDocument document = JsonDocument.Parse(JsonReading.ToUtf8(ref reader, options), JsonWriting.ReadingOptions);
        return document.RootElement.Clone();
    }
}
