using System.Globalization;
using System.Text.Json;
using MessagePack;
using Mprpc.Diagnostics;

namespace Mprpc.Serialization;

/// <summary>Writes JSON values as MessagePack.</summary>
internal static class JsonWriting
{
    /// <summary>How deep JSON may nest: as deep as any message.</summary>
    public static readonly JsonDocumentOptions ReadingOptions = new() { MaxDepth = Nesting.MaxLevels };

    /// <exception cref="MessagePackSerializationException">A number is beyond what MessagePack holds.</exception>
    public static void Write(ref MessagePackWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(ref writer, value);
                break;
            case JsonValueKind.Array:
                WriteArray(ref writer, value);
                break;
            case JsonValueKind.String:
                writer.Write(TextOf(value));
                break;
            case JsonValueKind.Number:
                WriteNumber(ref writer, value);
                break;
            case JsonValueKind.True:
                writer.Write(true);
                break;
            case JsonValueKind.False:
                writer.Write(false);
                break;
            default:
                writer.WriteNil();
                break;
        }
    }

    private static void WriteObject(ref MessagePackWriter writer, JsonElement value)
    {
        Nesting.Enter(typeof(JsonElement));

        try
        {
            writer.WriteMapHeader(value.EnumerateObject().Count());

            foreach (JsonProperty property in value.EnumerateObject())
            {
                writer.Write(NameOf(property));
                Write(ref writer, property.Value);
            }
        }
        finally
        {
            Nesting.Leave();
        }
    }

    private static void WriteArray(ref MessagePackWriter writer, JsonElement value)
    {
        Nesting.Enter(typeof(JsonElement));

        try
        {
            writer.WriteArrayHeader(value.GetArrayLength());

            foreach (JsonElement element in value.EnumerateArray())
            {
                Write(ref writer, element);
            }
        }
        finally
        {
            Nesting.Leave();
        }
    }

    // JSON may escape half a surrogate pair, which its reader notices only here.
    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException exception)
        {
            throw new MessagePackSerializationException($"The JSON text cannot be sent: {exception.Message}", exception);
        }
    }

    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException exception)
        {
            throw new MessagePackSerializationException($"The JSON name cannot be sent: {exception.Message}", exception);
        }
    }

    private static void WriteNumber(ref MessagePackWriter writer, JsonElement value)
    {
        if (value.TryGetInt64(out long integer))
        {
            writer.Write(integer);
        }
        else if (value.TryGetUInt64(out ulong large))
        {
            writer.Write(large);
        }
        else if (value.TryGetDouble(out double number) && double.IsFinite(number))
        {
            writer.Write(number);
        }
        else
        {
            throw new MessagePackSerializationException(string.Create(
                CultureInfo.InvariantCulture, $"The JSON number {LogText(value)} cannot be sent: it is beyond the range of a 64-bit float. Send it as text."));
        }
    }

    private static string LogText(JsonElement number) => number.GetRawText() is { Length: > 40 } text ? $"{text[..40]}..." : number.GetRawText();
}
