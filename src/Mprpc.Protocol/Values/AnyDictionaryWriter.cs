using System.Collections;
using MessagePack;

namespace Mprpc;

/// <summary>Writes a dictionary of any types as a map.</summary>
internal sealed class AnyDictionaryWriter : AnyValueWriter
{
    public static readonly AnyDictionaryWriter Instance = new();

    public override void Write(ref MessagePackWriter writer, object value, MessagePackSerializerOptions options)
    {
        var entries = new List<DictionaryEntry>();

        // By its own enumerator: the one of IEnumerable gives pairs of the dictionary's types.
        foreach (DictionaryEntry entry in (IDictionary)value)
        {
            entries.Add(entry);
        }

        writer.WriteMapHeader(entries.Count);

        foreach (DictionaryEntry entry in entries)
        {
            AnyValueFormatter.Instance.Serialize(ref writer, entry.Key, options);
            AnyValueFormatter.Instance.Serialize(ref writer, entry.Value, options);
        }
    }
}
