using System.Collections;
using MessagePack;
using MessagePack.Formatters;

namespace Mprpc;

/// <summary>Reads the <see cref="SortedList"/> of before generics, sorting its keys once.</summary>
internal sealed class ObjectSortedListFormatter : IMessagePackFormatter<SortedList?>
{
    private static readonly NonGenericDictionaryFormatter<SortedList> Standard = new();

    public void Serialize(ref MessagePackWriter writer, SortedList? value, MessagePackSerializerOptions options) => Standard.Serialize(ref writer, value, options);

    // Its constructor sorts what a dictionary has.
    public SortedList? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        => NonGenericInterfaceDictionaryFormatter.Instance.Deserialize(ref reader, options) is { } items ? new SortedList(items) : null;
}
