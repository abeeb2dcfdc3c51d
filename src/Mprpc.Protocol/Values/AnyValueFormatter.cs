using System.Text;
using MessagePack;
using MessagePack.Formatters;

namespace Mprpc;

/// <summary>Values whose type is known only at run time: what a peer sent becomes the nearest CLR value, and nothing is lost.</summary>
/// <remarks>
/// As MessagePack's own formatter for object, but text that is no UTF-8 becomes byte[] in place of U+FFFD, and extension types become <see cref="MprpcRaw"/> in place of
/// an exception. It loads no type that a peer names.
/// </remarks>
internal sealed class AnyValueFormatter : IMessagePackFormatter<object?>
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public void Serialize(ref MessagePackWriter writer, object? value, MessagePackSerializerOptions options)
        => DynamicObjectTypeFallbackFormatter.Instance.Serialize(ref writer, value, options);

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

            case MessagePackType.Extension:
                return ReadExtension(ref reader);

            default:
                return PrimitiveObjectFormatter.Instance.Deserialize(ref reader, options);
        }
    }

    private static object ReadText(ref MessagePackReader reader)
    {
        byte[] bytes = System.Buffers.BuffersExtensions.ToArray(reader.ReadStringSequence()!.Value);

        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return bytes;
        }
    }

    private object?[] ReadArray(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        var array = new object?[reader.ReadArrayHeader()];
        options.Security.DepthStep(ref reader);

        for (int i = 0; i < array.Length; i++)
        {
            array[i] = Deserialize(ref reader, options);
        }

        reader.Depth--;
        return array;
    }

    private Dictionary<object, object?> ReadMap(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        int count = reader.ReadMapHeader();
        var map = new Dictionary<object, object?>(options.Security.GetEqualityComparer<object>());
        options.Security.DepthStep(ref reader);

        for (int i = 0; i < count; i++)
        {
            object key = Deserialize(ref reader, options) ?? throw new MessagePackSerializationException("A map has nil for a key, which a dictionary cannot hold. Take MprpcRaw for such a value.");

            if (!map.TryAdd(key, Deserialize(ref reader, options)))
            {
                throw new MessagePackSerializationException("A map has the same key twice, which a dictionary cannot hold. Take MprpcRaw for such a value.");
            }
        }

        reader.Depth--;
        return map;
    }

    private static object ReadExtension(ref MessagePackReader reader)
    {
        MessagePackReader ahead = reader.CreatePeekReader();

        return ahead.ReadExtensionFormatHeader().TypeCode == ReservedMessagePackExtensionTypeCode.DateTime
            ? reader.ReadDateTime()
            : MprpcRawFormatter.Instance.Deserialize(ref reader, MessagePackSerializerOptions.Standard);
    }
}
