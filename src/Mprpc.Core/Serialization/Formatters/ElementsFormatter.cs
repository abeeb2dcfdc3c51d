using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.Serialization;

/// <summary>An array of numbers or text: written by MessagePack's own formatter, which is the fastest, its elements read by ours, which take more.</summary>
internal sealed class ElementsFormatter<T>(IMessagePackFormatter<T[]?> standard, IMessagePackFormatter<T> element) : IMessagePackFormatter<T[]?>
{
    // A count is a peer's word: room is made for so many at first, and for more as they come.
    public const int FirstRoom = 1024;

    public void Serialize(ref MessagePackWriter writer, T[]? value, MessagePackSerializerOptions options) => standard.Serialize(ref writer, value, options);

    public T[]? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        int count = reader.ReadArrayHeader();
        var items = new T[Math.Min(count, FirstRoom)];

        for (int i = 0; i < count; i++)
        {
            if (i == items.Length)
            {
                Array.Resize(ref items, (int)Math.Min(count, i * 2L));
            }

            items[i] = element.Deserialize(ref reader, options);
        }

        return items;
    }
}
