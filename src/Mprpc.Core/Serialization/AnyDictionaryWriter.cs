using System.Collections;
using MessagePack;

namespace Mprpc.Serialization;

/// <summary>Writes a dictionary of any types as a map.</summary>
internal sealed class AnyDictionaryWriter : ObjectWriter
{
    public static readonly AnyDictionaryWriter Instance = new();

    public override void Write(ref MessagePackWriter writer, object value, MessagePackSerializerOptions options)
    {
        using var aside = new WritingAside(ref writer, value.GetType());
        MessagePackWriter entries = aside.Writer;
        int count = 0;

        // By its own enumerator: the one of IEnumerable gives pairs of the dictionary's types.
        foreach (DictionaryEntry entry in (IDictionary)value)
        {
            AnyValueFormatter.Instance.Serialize(ref entries, entry.Key, options);
            AnyValueFormatter.Instance.Serialize(ref entries, entry.Value, options);
            count++;
        }

        entries.Flush();
        writer.WriteMapHeader(count);
        writer.WriteRaw(aside.Written);
    }
}
