using System.Text;
using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>A character of any plane as its number; as MessagePack's formatter, but the number may be a float that is whole.</summary>
internal sealed class RuneFormatter : IMessagePackFormatter<Rune>
{
    public void Serialize(ref MessagePackWriter writer, Rune value, MessagePackSerializerOptions options) => writer.Write(value.Value);

    public Rune Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        int number = MprpcFormatting.ReadInt32(ref reader);
        return Rune.IsValid(number) ? new Rune(number) : throw new MessagePackSerializationException($"{number} is the number of no character.");
    }
}
