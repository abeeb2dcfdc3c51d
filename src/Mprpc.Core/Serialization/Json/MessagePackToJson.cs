using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using MessagePack;

namespace Mprpc.Serialization.Json;

/// <summary>Writes MessagePack as JSON that <see cref="JsonToMessagePack"/> reads as the same value.</summary>
internal static class MessagePackToJson
{
    /// <param name="messagePack">One value.</param>
    /// <param name="indented">Whether to write it on several lines.</param>
    /// <exception cref="ValueException">The bytes are not one whole value, or nest too deep.</exception>
    public static string Write(ReadOnlyMemory<byte> messagePack, bool indented = false)
    {
        var buffer = new ArrayBufferWriter<byte>();

        // Relaxed: text in any language stays readable; control characters, which would reach the terminal, are escaped all the same.
        var options = new JsonWriterOptions { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

        using (var json = new Utf8JsonWriter(buffer, options))
        {
            try
            {
                var reader = new MessagePackReader(messagePack);
                Write(ref reader, json, depth: 0);

                if (!reader.End)
                {
                    throw new ValueException($"{messagePack.Length - reader.Consumed} more bytes follow the value.");
                }
            }
            catch (Exception exception) when (exception is MessagePackSerializationException or EndOfStreamException)
            {
                throw new ValueException("The bytes are not one whole MessagePack value.", exception);
            }
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(ref MessagePackReader reader, Utf8JsonWriter json, int depth)
    {
        if (depth > Form.MaxDepth)
        {
            throw new ValueException($"The value nests deeper than {Form.MaxDepth} levels, more than is written as JSON.");
        }

        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Nil:
                reader.ReadNil();
                json.WriteNullValue();
                break;
            case MessagePackType.Boolean:
                json.WriteBooleanValue(reader.ReadBoolean());
                break;
            case MessagePackType.Integer when reader.NextCode is >= MessagePackCode.Int8 and <= MessagePackCode.Int64 or >= MessagePackCode.MinNegativeFixInt:
                json.WriteNumberValue(reader.ReadInt64());
                break;
            case MessagePackType.Integer:
                json.WriteNumberValue(reader.ReadUInt64());
                break;
            case MessagePackType.Float when reader.NextCode == MessagePackCode.Float32:
                WriteFloat(json, reader.ReadSingle());
                break;
            case MessagePackType.Float:
                WriteFloat(json, reader.ReadDouble());
                break;
            case MessagePackType.String:
                WriteText(json, reader.ReadStringSequence()!.Value.ToArray());
                break;
            case MessagePackType.Binary:
                WriteForm(json, Form.Bytes, reader.ReadBytes()!.Value.ToArray());
                break;
            case MessagePackType.Array:
                json.WriteStartArray();

                for (int left = reader.ReadArrayHeader(); left > 0; left--)
                {
                    Write(ref reader, json, depth + 1);
                }

                json.WriteEndArray();
                break;
            case MessagePackType.Map:
                WriteMap(ref reader, json, depth);
                break;
            case MessagePackType.Extension:
                ExtensionResult extension = reader.ReadExtensionFormat();
                WriteExtension(json, extension.TypeCode, extension.Data.ToArray());
                break;
            default:
                throw new ValueException($"The byte {reader.NextCode:x2} begins no MessagePack value.");
        }
    }

    private static void WriteFloat(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteRawValue(FloatText.OfFinite(value), skipInputValidation: true);
        }
        else
        {
            WriteForm(json, Form.Float64, () => json.WriteStringValue(FloatText.OfOther(value)));
        }
    }

    private static void WriteFloat(Utf8JsonWriter json, float value)
        => WriteForm(
            json,
            Form.Float32,
            () =>
            {
                if (float.IsFinite(value))
                {
                    json.WriteRawValue(FloatText.OfFinite(value), skipInputValidation: true);
                }
                else
                {
                    json.WriteStringValue(FloatText.OfOther(value));
                }
            });

    private static void WriteText(Utf8JsonWriter json, byte[] text)
    {
        if (Utf8.IsValid(text))
        {
            json.WriteStringValue(text);
        }
        else
        {
            WriteForm(json, Form.Text, text);
        }
    }

    private static void WriteMap(ref MessagePackReader reader, Utf8JsonWriter json, int depth)
    {
        bool isObject = IsObject(reader);
        int count = reader.ReadMapHeader();

        if (isObject)
        {
            json.WriteStartObject();

            for (; count > 0; count--)
            {
                json.WritePropertyName(reader.ReadStringSequence()!.Value.ToArray());
                Write(ref reader, json, depth + 1);
            }

            json.WriteEndObject();
            return;
        }

        json.WriteStartObject();
        json.WriteStartArray(Form.Map);

        for (; count > 0; count--)
        {
            json.WriteStartArray();
            Write(ref reader, json, depth + 1);
            Write(ref reader, json, depth + 1);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Whether all keys are texts, none twice, and the map is not taken for one of the forms. The reader is a copy: nothing is consumed.</summary>
    private static bool IsObject(MessagePackReader reader)
    {
        int count = reader.ReadMapHeader();
        var keys = new HashSet<string>(StringComparer.Ordinal);

        for (int i = 0; i < count; i++)
        {
            if (reader.NextMessagePackType != MessagePackType.String)
            {
                return false;
            }

            byte[] key = reader.ReadStringSequence()!.Value.ToArray();

            if (!Utf8.IsValid(key) || !keys.Add(Encoding.UTF8.GetString(key)))
            {
                return false;
            }

            reader.Skip();
        }

        return count != 1 || !Form.IsReserved(keys.Single());
    }

    private static void WriteExtension(Utf8JsonWriter json, sbyte type, byte[] body)
    {
        if (type == Timestamp.ExtensionType && Timestamp.TryFormat(body, out string time))
        {
            WriteForm(json, Form.Time, () => json.WriteStringValue(time));
            return;
        }

        WriteForm(
            json,
            Form.Extension,
            () =>
            {
                json.WriteStartArray();
                json.WriteNumberValue(type);
                json.WriteBase64StringValue(body);
                json.WriteEndArray();
            });
    }

    private static void WriteForm(Utf8JsonWriter json, string form, byte[] bytes) => WriteForm(json, form, () => json.WriteBase64StringValue(bytes));

    private static void WriteForm(Utf8JsonWriter json, string form, Action writeValue)
    {
        json.WriteStartObject();
        json.WritePropertyName(form);
        writeValue();
        json.WriteEndObject();
    }
}
