using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MessagePack;

namespace Mprpc.Serialization.Json;

/// <summary>Encodes JSON as one MessagePack value, each part in its shortest encoding. <see cref="Form"/> has what JSON lacks.</summary>
/// <param name="oldSpec">Whether the peer knows MessagePack from before it had str8, bin and ext.</param>
internal sealed class JsonToMessagePack(bool oldSpec = false)
{
    /// <exception cref="ValueException">The text is not JSON, or says something that cannot be sent.</exception>
    public byte[] Encode(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Form.MaxJsonDepth });
            return Encode(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new ValueException($"This is not JSON: {exception.Message}", exception);
        }
    }

    /// <exception cref="ValueException">It says something that cannot be sent.</exception>
    public byte[] Encode(JsonElement value) => Written((ref MessagePackWriter writer) => Write(ref writer, value, depth: 0));

    public byte[] EncodeText(string text) => Written((ref MessagePackWriter writer) => writer.WriteString(Encoding.UTF8.GetBytes(text)));

    public byte[] EncodeBytes(byte[] bytes) => Written((ref MessagePackWriter writer) => writer.Write(bytes));

    public byte[] EncodeExtension(sbyte type, byte[] body)
        => Written((ref MessagePackWriter writer) => WriteExtension(ref writer, type, body));

    private delegate void Writing(ref MessagePackWriter writer);

    private byte[] Written(Writing write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer) { OldSpec = oldSpec };
        write(ref writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private void Write(ref MessagePackWriter writer, JsonElement value, int depth)
    {
        if (depth > Form.MaxDepth)
        {
            throw new ValueException($"The value nests deeper than {Form.MaxDepth} levels.");
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                writer.WriteNil();
                break;
            case JsonValueKind.True or JsonValueKind.False:
                writer.Write(value.GetBoolean());
                break;
            case JsonValueKind.Number:
                WriteNumber(ref writer, value.GetRawText());
                break;
            case JsonValueKind.String:
                writer.WriteString(Encoding.UTF8.GetBytes(TextOf(value)));
                break;
            case JsonValueKind.Array:
                writer.WriteArrayHeader(value.GetArrayLength());

                foreach (JsonElement item in value.EnumerateArray())
                {
                    Write(ref writer, item, depth + 1);
                }

                break;
            default:
                WriteObject(ref writer, value, depth);
                break;
        }
    }

    private void WriteObject(ref MessagePackWriter writer, JsonElement value, int depth)
    {
        int count = value.GetPropertyCount();

        if (count == 1 && TryWriteForm(ref writer, value.EnumerateObject().Single(), depth))
        {
            return;
        }

        writer.WriteMapHeader(count);

        foreach (JsonProperty member in value.EnumerateObject())
        {
            writer.WriteString(Encoding.UTF8.GetBytes(NameOf(member)));
            Write(ref writer, member.Value, depth + 1);
        }
    }

    private bool TryWriteForm(ref MessagePackWriter writer, JsonProperty form, int depth)
    {
        switch (NameOf(form))
        {
            case Form.Bytes:
                writer.Write(BytesOf(form.Value, Form.Bytes));
                return true;
            case Form.Text:
                writer.WriteString(BytesOf(form.Value, Form.Text));
                return true;
            case Form.Extension:
                (sbyte type, byte[] body) = ExtensionOf(form.Value);
                WriteExtension(ref writer, type, body);
                return true;
            case Form.Time when form.Value.ValueKind == JsonValueKind.String:
                WriteExtension(ref writer, Timestamp.ExtensionType, Timestamp.Parse(TextOf(form.Value)));
                return true;
            case Form.Map:
                WriteMap(ref writer, form.Value, depth);
                return true;
            case Form.Float32:
                writer.Write(FloatText.Float32(NumberOf(form)));
                return true;
            case Form.Float64:
                writer.Write(FloatText.Float64(NumberOf(form)));
                return true;
            case Form.Time:
                throw new ValueException($"{{\"{Form.Time}\": {form.Value.GetRawText()}}} is not a time; allowed is a text, as \"2026-11-28T05:38:55Z\".");
            default:
                return false;
        }
    }

    private void WriteMap(ref MessagePackWriter writer, JsonElement pairs, int depth)
    {
        if (pairs.ValueKind != JsonValueKind.Array
            || pairs.EnumerateArray().Any(pair => pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2))
        {
            throw new ValueException($"\"{Form.Map}\" takes an array of [key, value] pairs; this is {Cut(pairs)}.");
        }

        writer.WriteMapHeader(pairs.GetArrayLength());

        foreach (JsonElement pair in pairs.EnumerateArray())
        {
            Write(ref writer, pair[0], depth + 1);
            Write(ref writer, pair[1], depth + 1);
        }
    }

    private void WriteExtension(ref MessagePackWriter writer, sbyte type, byte[] body)
    {
        if (oldSpec)
        {
            throw new ValueException($"This peer knows no extension types, a timestamp among them; the value has one of type {type}.");
        }

        writer.WriteExtensionFormatHeader(new ExtensionHeader(type, (uint)body.Length));
        writer.WriteRaw(body);
    }

    private static void WriteNumber(ref MessagePackWriter writer, string text)
    {
        if (text.AsSpan().ContainsAny('.', 'e', 'E'))
        {
            writer.Write(FloatText.Float64(text));
        }
        else if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long signed))
        {
            writer.Write(signed);
        }
        else if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong unsigned))
        {
            writer.Write(unsigned);
        }
        else
        {
            throw new ValueException(
                $"The integer {text} cannot be sent; allowed are {long.MinValue} to {ulong.MaxValue}. Write {text}.0 for a float64, or \"{text}\" for a text.");
        }
    }

    private static (sbyte Type, byte[] Body) ExtensionOf(JsonElement form)
        => form.ValueKind == JsonValueKind.Array && form.GetArrayLength() == 2
            && form[0].ValueKind == JsonValueKind.Number && form[0].TryGetSByte(out sbyte type)
            ? (type, BytesOf(form[1], Form.Extension))
            : throw new ValueException($"\"{Form.Extension}\" takes [type, base64] with a type from -128 to 127; this is {Cut(form)}.");

    private static byte[] BytesOf(JsonElement value, string form)
        => value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out byte[]? bytes)
            ? bytes
            : throw new ValueException($"\"{form}\" takes bytes as a text in base64; this is {Cut(value)}.");

    private static string NumberOf(JsonProperty form)
        => form.Value.ValueKind switch
        {
            JsonValueKind.Number => form.Value.GetRawText(),
            JsonValueKind.String => TextOf(form.Value),
            _ => throw new ValueException($"\"{form.Name}\" takes a number, or a text as \"NaN\"; this is {Cut(form.Value)}."),
        };

    private static string NameOf(JsonProperty member) => Text(() => member.Name);

    private static string TextOf(JsonElement value) => Text(() => value.GetString()!);

    private static string Text(Func<string> get)
    {
        try
        {
            return get();
        }
        catch (InvalidOperationException exception)
        {
            throw new ValueException("A text has half a surrogate pair, which no UTF-8 can say.", exception);
        }
    }

    private static string Cut(JsonElement value)
    {
        const int Shown = 60;
        string text = value.GetRawText();
        return text.Length <= Shown ? text : text[..Shown] + "...";
    }
}
