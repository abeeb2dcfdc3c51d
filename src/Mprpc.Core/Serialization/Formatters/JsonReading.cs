using System.Buffers;
using System.Text.Json;
using MessagePack;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>Reads MessagePack as JSON; what JSON has no value for is refused.</summary>
internal static class JsonReading
{
    private static readonly JsonWriterOptions Options = new() { MaxDepth = Nesting.MaxLevels, SkipValidation = true };

    /// <exception cref="MessagePackSerializationException">There are bytes, an extension value, a key that is no text, NaN or an infinity.</exception>
    public static byte[] ToUtf8(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Options);
        Copy(ref reader, json, options);
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void Copy(ref MessagePackReader reader, Utf8JsonWriter json, MessagePackSerializerOptions options)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Map:
                options.Security.DepthStep(ref reader);
                json.WriteStartObject();

                for (int count = reader.ReadMapHeader(); count > 0; count--)
                {
                    json.WritePropertyName(
                        MprpcFormatting.ReadString(ref reader)
                        ?? throw new MessagePackSerializationException("A map with nil as a key is not a JSON object. Use MprpcRaw."));
                    Copy(ref reader, json, options);
                }

                json.WriteEndObject();
                reader.Depth--;
                break;
            case MessagePackType.Array:
                options.Security.DepthStep(ref reader);
                json.WriteStartArray();

                for (int count = reader.ReadArrayHeader(); count > 0; count--)
                {
                    Copy(ref reader, json, options);
                }

                json.WriteEndArray();
                reader.Depth--;
                break;
            case MessagePackType.String:
                json.WriteStringValue(MprpcFormatting.ReadString(ref reader));
                break;
            case MessagePackType.Integer when reader.NextCode == MessagePackCode.UInt64:
                json.WriteNumberValue(reader.ReadUInt64());
                break;
            case MessagePackType.Integer:
                json.WriteNumberValue(reader.ReadInt64());
                break;
            case MessagePackType.Float when reader.NextCode == MessagePackCode.Float32:
                json.WriteNumberValue(Finite(reader.ReadSingle()));
                break;
            case MessagePackType.Float:
                json.WriteNumberValue(Finite(reader.ReadDouble()));
                break;
            case MessagePackType.Boolean:
                json.WriteBooleanValue(reader.ReadBoolean());
                break;
            case MessagePackType.Nil or MessagePackType.Extension when MprpcFormatting.TryReadNil(ref reader):
                json.WriteNullValue();
                break;
            default:
                throw new MessagePackSerializationException($"JSON has no value for {reader.NextMessagePackType}. Use MprpcRaw, or byte[] for bytes.");
        }
    }

    private static T Finite<T>(T number)
        where T : System.Numerics.INumberBase<T>
        => T.IsFinite(number) ? number : throw new MessagePackSerializationException($"JSON has no value for {number}. Use double.");
}
