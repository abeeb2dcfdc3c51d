using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.Reliability.Server;

/// <summary>Fails in the middle of a value.</summary>
internal sealed class ThrowingFormatter : IMessagePackFormatter<Unwritable?>
{
    public void Serialize(ref MessagePackWriter writer, Unwritable? value, MessagePackSerializerOptions options)
    {
        writer.WriteArrayHeader(3);
        writer.Write("half of it");
        throw new InvalidOperationException("The formatter throws in the middle of the value.");
    }

    public Unwritable? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        => throw new InvalidOperationException("The formatter throws.");
}
