using System.Buffers;
using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>Copies a value's bytes as they stand.</summary>
internal sealed class MprpcRawFormatter : IMessagePackFormatter<MprpcRaw>
{
    public static readonly MprpcRawFormatter Instance = new();

    public void Serialize(ref MessagePackWriter writer, MprpcRaw value, MessagePackSerializerOptions options)
    {
        if (!writer.OldSpec)
        {
            writer.WriteRaw(value.Memory.Span);
            return;
        }

        MprpcWriter transcoded = MprpcWriter.Rent(MprpcSerializerOptions.Default.WithOldSpec());

        try
        {
            transcoded.WriteRaw(value.Memory.Span);
            writer.WriteRaw(transcoded.WrittenSpan);
        }
        finally
        {
            MprpcWriter.Return(transcoded);
        }
    }

    public MprpcRaw Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => new(reader.ReadRaw().ToArray());
}
