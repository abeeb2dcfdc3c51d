using System.Text.Json;
using System.Text.Json.Nodes;
using MessagePack;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>Writes JSON nodes as MessagePack: node by node, since JSON's own writer would replace text that is half a character.</summary>
internal static class JsonNodeWriting
{
    // A control character is six characters of JSON, nil four and a comma.
    private const int MaxTextOfByte = 8;

    private static readonly JsonWriterOptions Options = new() { MaxDepth = Nesting.MaxLevels };

    /// <exception cref="MessagePackSerializationException">A number or text is beyond what MessagePack holds, or the node nests too deeply.</exception>
    public static void Write(ref MessagePackWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case null:
                writer.WriteNil();
                break;
            case JsonValue value:
                WriteValue(ref writer, value);
                break;
            default:
                Nesting.Enter(node.GetType());

                try
                {
                    WriteContents(ref writer, node);
                }
                finally
                {
                    Nesting.Leave();
                }

                break;
        }
    }

    private static void WriteContents(ref MessagePackWriter writer, JsonNode node)
    {
        if (node is JsonArray array)
        {
            writer.WriteArrayHeader(array.Count);

            foreach (JsonNode? element in array)
            {
                Write(ref writer, element);
            }

            return;
        }

        JsonObject map = node.AsObject();
        writer.WriteMapHeader(map.Count);

        foreach ((string name, JsonNode? member) in map)
        {
            UnicodeText.Check(name);
            writer.Write(name);
            Write(ref writer, member);
        }
    }

    private static void WriteValue(ref MessagePackWriter writer, JsonValue value)
    {
        if (value.TryGetValue(out JsonElement element))
        {
            JsonWriting.Write(ref writer, element);
            return;
        }

        if (value.TryGetValue(out string? text))
        {
            UnicodeText.Check(text);
            writer.Write(text);
            return;
        }

        writer.Flush();
        MprpcWriter aside = MprpcWriter.RentAside(typeof(JsonValue), MaxTextOfByte);
        byte[] utf8;

        try
        {
            using (var json = new Utf8JsonWriter(aside, Options))
            {
                value.WriteTo(json);
            }

            utf8 = aside.WrittenSpan.ToArray();
        }
        finally
        {
            MprpcWriter.ReturnAside(aside);
        }

        using JsonDocument document = JsonDocument.Parse(utf8, JsonWriting.ReadingOptions);
        JsonWriting.Write(ref writer, document.RootElement);
    }
}
