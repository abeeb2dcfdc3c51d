using System.Buffers;
using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>
/// A formatter of a map or of an array, which takes what other languages send in its place: PHP an empty array for an empty map, and the reverse; JavaScript
/// undefined, and typed arrays (docs/protocol.md 7).
/// </summary>
internal sealed class LenientFormatter<T>(IMessagePackFormatter<T> inner, bool isMap) : IMessagePackFormatter<T>
{
    // What stands behind an interface may be anything that can be enumerated.
    private static readonly bool MayHaveNoEnd = typeof(T).IsInterface;

    public void Serialize(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options)
    {
        if (!MayHaveNoEnd || MprpcWriter.Current is not { } current)
        {
            inner.Serialize(ref writer, value, options);
            return;
        }

        Type? outer = current.Enumerated;
        current.Enumerated = typeof(T);
        inner.Serialize(ref writer, value, options);
        current.Enumerated = outer;
    }

    public T Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => reader.NextMessagePackType switch
    {
        MessagePackType.Array when isMap && reader.CreatePeekReader().ReadArrayHeader() == 0 => Read(Substitute.EmptyMap, ref reader, options),
        MessagePackType.Map when !isMap && reader.CreatePeekReader().ReadMapHeader() == 0 => Read(Substitute.EmptyArray, ref reader, options),
        MessagePackType.Extension => ReadExtension(ref reader, options),
        _ => inner.Deserialize(ref reader, options),
    };

    private T Read(ReadOnlyMemory<byte> value, ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        reader.Skip();
        return Substitute.Read(inner, value, ref reader, options);
    }

    private T ReadExtension(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (Substitute.Undefined(ref reader))
        {
            return Substitute.Read(inner, Substitute.Nil, ref reader, options);
        }

        ExtensionResult extension = reader.CreatePeekReader().ReadExtensionFormat();

        return !isMap && JavaScriptArray.TryConvert(extension.TypeCode, extension.Data.ToArray()) is { } array
            ? Read(array, ref reader, options)
            : inner.Deserialize(ref reader, options);
    }
}
