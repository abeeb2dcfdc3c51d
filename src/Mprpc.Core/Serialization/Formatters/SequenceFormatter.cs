using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.Serialization;

/// <summary>Writes what can only be enumerated, such as a query, as an array; it cannot be read back, since nobody knows how to make one.</summary>
internal sealed class SequenceFormatter<TSequence, TElement> : IMessagePackFormatter<TSequence?>
    where TSequence : IEnumerable<TElement>
{
    public void Serialize(ref MessagePackWriter writer, TSequence? value, MessagePackSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        IMessagePackFormatter<TElement> element = options.Resolver.GetFormatterWithVerify<TElement>();

        using var aside = new WritingAside(ref writer, typeof(IEnumerable<TElement>));
        MessagePackWriter elements = aside.Writer;
        int count = 0;

        foreach (TElement item in value)
        {
            element.Serialize(ref elements, item, options);
            count++;
        }

        elements.Flush();
        writer.WriteArrayHeader(count);
        writer.WriteRaw(aside.Written);
    }

    public TSequence Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        => throw new MessagePackSerializationException(
            $"{TypeName.Of(typeof(TSequence))} can be sent, but not received: it can only be enumerated. "
            + $"Receive an IEnumerable<{TypeName.Of(typeof(TElement))}> or a list.");
}
