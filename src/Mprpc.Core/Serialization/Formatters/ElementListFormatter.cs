using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.Serialization;

/// <summary>A list of numbers or text; as <see cref="ElementsFormatter{T}"/>.</summary>
internal sealed class ElementListFormatter<T>(IMessagePackFormatter<List<T>?> standard, IMessagePackFormatter<T> element) : IMessagePackFormatter<List<T>?>
{
    public void Serialize(ref MessagePackWriter writer, List<T>? value, MessagePackSerializerOptions options) => standard.Serialize(ref writer, value, options);

    public List<T>? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        int count = reader.ReadArrayHeader();
        var items = new List<T>(Math.Min(count, ElementsFormatter<T>.FirstRoom));

        for (int i = 0; i < count; i++)
        {
            items.Add(element.Deserialize(ref reader, options));
        }

        return items;
    }
}
