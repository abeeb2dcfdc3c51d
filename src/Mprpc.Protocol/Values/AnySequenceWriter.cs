using System.Collections;
using MessagePack;

namespace Mprpc;

/// <summary>Writes what can be enumerated as an array.</summary>
internal sealed class AnySequenceWriter : AnyValueWriter
{
    public static readonly AnySequenceWriter Instance = new();

    public override void Write(ref MessagePackWriter writer, object value, MessagePackSerializerOptions options)
    {
        object?[] items = [.. ((IEnumerable)value).Cast<object?>()];
        writer.WriteArrayHeader(items.Length);

        foreach (object? item in items)
        {
            AnyValueFormatter.Instance.Serialize(ref writer, item, options);
        }
    }
}
