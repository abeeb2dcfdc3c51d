using MessagePack;
using MessagePack.Formatters;
using Mprpc.SourceGenerator.Tests.Contracts;

namespace Mprpc.SourceGenerator.Tests.Support;

/// <summary>A formatter that a type names.</summary>
public sealed class MomentAsNumber : IMessagePackFormatter<Moment?>
{
    public void Serialize(ref MessagePackWriter writer, Moment? value, MessagePackSerializerOptions options) => writer.Write(value?.Ticks ?? 0);

    public Moment? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => new(reader.ReadInt64());
}
