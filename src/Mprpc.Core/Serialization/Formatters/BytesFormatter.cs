using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>Binary; read also from text, and from the typed arrays of JavaScript (docs/protocol.md 7.1 and 7.3).</summary>
internal sealed class BytesFormatter : IMessagePackFormatter<byte[]?>
{
    public static readonly BytesFormatter Instance = new();

    public void Serialize(ref MessagePackWriter writer, byte[]? value, MessagePackSerializerOptions options) => writer.Write(value);

    public byte[]? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => MprpcFormatting.ReadBytes(ref reader);
}
