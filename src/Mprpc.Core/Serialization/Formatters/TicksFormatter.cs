using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>A time that is an integer on the wire; read also from a float that is whole.</summary>
internal sealed class TicksFormatter<T>(Func<T, long> toTicks, Func<long, T> fromTicks) : IMessagePackFormatter<T>
{
    public void Serialize(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options) => writer.Write(toTicks(value));

    public T Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => fromTicks(MprpcFormatting.ReadInt64(ref reader));
}
