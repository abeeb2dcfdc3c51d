using System.Collections;
using MessagePack;

namespace Mprpc.Serialization;

/// <summary>Writes what can be enumerated as an array.</summary>
internal sealed class AnySequenceWriter : ObjectWriter
{
    public static readonly AnySequenceWriter Instance = new();

    public override void Write(ref MessagePackWriter writer, object value, MessagePackSerializerOptions options)
    {
        using var aside = new WritingAside(ref writer, value.GetType());
        MessagePackWriter elements = aside.Writer;
        int count = 0;

        foreach (object? item in (IEnumerable)value)
        {
            AnyValueFormatter.Instance.Serialize(ref elements, item, options);
            count++;
        }

        elements.Flush();
        writer.WriteArrayHeader(count);
        writer.WriteRaw(aside.Written);
    }
}
