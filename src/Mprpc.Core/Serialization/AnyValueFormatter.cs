using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;

namespace Mprpc.Serialization;

/// <summary>
/// Writes and reads values whose type nobody says (object): each by the formatter of its own type; what has no .NET value is kept in its bytes, as
/// <see cref="MprpcRaw"/>.
/// </summary>
internal sealed class AnyValueFormatter : IMessagePackFormatter<object?>
{
    public static readonly AnyValueFormatter Instance = new();

    private static readonly PrimitiveObjectFormatter Standard = (PrimitiveObjectFormatter)PrimitiveObjectFormatter.Instance;

    // docs/protocol.md 7.4: the shortest encoding, where MessagePack's formatter keeps the width of the boxed type.
    public void Serialize(ref MessagePackWriter writer, object? value, MessagePackSerializerOptions options)
    {
        switch (value)
        {
            case null:
                writer.WriteNil();
                break;
            case string text:
                TextFormatter.Instance.Serialize(ref writer, text, options);
                break;
            case bool flag:
                writer.Write(flag);
                break;
            case int number:
                writer.Write(number);
                break;
            case long number:
                writer.Write(number);
                break;
            case double number:
                writer.Write(number);
                break;
            case float number:
                writer.Write(number);
                break;
            case sbyte or short:
                writer.Write(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case byte or ushort or uint or ulong:
                writer.Write(Convert.ToUInt64(value, CultureInfo.InvariantCulture));
                break;
            case byte[] bytes:
                writer.Write(bytes);
                break;
            default:
                SerializeOther(ref writer, value, options);
                break;
        }
    }

    public object? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.String:
                return ReadText(ref reader);
            case MessagePackType.Array:
                return ReadArray(ref reader, options);
            case MessagePackType.Map:
                return ReadMap(ref reader, options);
            case MessagePackType.Extension when Substitute.Undefined(ref reader):
                return null;
            case MessagePackType.Extension when !IsTimestamp(reader):
                return ReadRaw(ref reader);
            default:
                return Standard.Deserialize(ref reader, options);
        }
    }

    /// <summary>Writes a value by the formatter of its own type.</summary>
    private static void SerializeOther(ref MessagePackWriter writer, object value, MessagePackSerializerOptions options)
    {
        Type type = value.GetType();
        Nesting.Enter(type);

        try
        {
            if (type == typeof(object))
            {
                writer.WriteMapHeader(0);
            }
            else if (value is JsonNode node)
            {
                options.Resolver.GetFormatterWithVerify<JsonNode>().Serialize(ref writer, node, options);
            }
            else
            {
                AnyValueWriter.Of(value, type).Write(ref writer, value, options);
            }
        }
        finally
        {
            Nesting.Leave();
        }
    }

    private object?[] ReadArray(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        int count = reader.ReadArrayHeader();

        if (count == 0)
        {
            return [];
        }

        options.Security.DepthStep(ref reader);

        // The head promises no more than follows, but each value that follows may be a byte long, and takes eight here.
        var items = new object?[Math.Min(count, ElementsFormatter<object>.FirstRoom)];

        for (int i = 0; i < count; i++)
        {
            if (i == items.Length)
            {
                Array.Resize(ref items, (int)Math.Min(count, i * 2L));
            }

            items[i] = Deserialize(ref reader, options);
        }

        reader.Depth--;
        return items;
    }

    /// <summary>A dictionary, or the map's bytes where a key is not one that .NET can compare, or stands there twice.</summary>
    private object ReadMap(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        MessagePackReader start = reader.CreatePeekReader();
        int count = reader.ReadMapHeader();
        var items = new Dictionary<object, object?>(Math.Min(count, ElementsFormatter<object>.FirstRoom), options.Security.GetEqualityComparer<object>());
        options.Security.DepthStep(ref reader);

        for (int i = 0; i < count; i++)
        {
            if (TryReadKey(ref reader, options) is not { } key || !items.TryAdd(key, Deserialize(ref reader, options)))
            {
                object raw = ReadRaw(ref start);
                int depth = reader.Depth - 1;
                reader = start;
                reader.Depth = depth;
                return raw;
            }
        }

        reader.Depth--;
        return items;
    }

    private static object? TryReadKey(ref MessagePackReader reader, MessagePackSerializerOptions options) => reader.NextMessagePackType switch
    {
        MessagePackType.String => ReadText(ref reader) as string,
        MessagePackType.Integer or MessagePackType.Boolean or MessagePackType.Float => Standard.Deserialize(ref reader, options),
        MessagePackType.Extension when IsTimestamp(reader) => Standard.Deserialize(ref reader, options),
        _ => null,
    };

    // docs/protocol.md 7.2: text that is no UTF-8 keeps its bytes.
    private static object ReadText(ref MessagePackReader reader)
    {
        MessagePackReader start = reader.CreatePeekReader();
        ReadOnlySequence<byte> sequence = reader.ReadStringSequence().GetValueOrDefault();
        ReadOnlySpan<byte> utf8 = sequence.IsSingleSegment ? sequence.FirstSpan : sequence.ToArray();

        // Asked, not tried: a message can hold two million such texts, and an exception for each takes five microseconds and a kilobyte.
        return Utf8.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : ReadRaw(ref start);
    }

    // docs/protocol.md 7.3: what nobody decodes passes through.
    private static MprpcRaw ReadRaw(ref MessagePackReader reader) => new MprpcRaw(reader.ReadRaw().ToArray());

    private static bool IsTimestamp(in MessagePackReader reader)
        => reader.CreatePeekReader().ReadExtensionFormatHeader().TypeCode == ReservedMessagePackExtensionTypeCode.DateTime;
}
