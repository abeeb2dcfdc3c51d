using System.Buffers;
using MessagePack;
using MessagePack.Formatters;

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

        ReadOnlySpan<byte> values = value.Memory.Span;

        while (!values.IsEmpty)
        {
            ReadOnlySpan<byte> piece = OldSpecTranscoder.Take(ref values, out bool isRaw);

            if (isRaw)
            {
                writer.WriteStringHeader(piece.Length);
            }

            writer.WriteRaw(piece);
        }
    }

    public MprpcRaw Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => new(reader.ReadRaw().ToArray());
}
