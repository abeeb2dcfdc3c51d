using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>Text, or binary that is text; never repaired (docs/protocol.md 7.1 and 7.2).</summary>
internal sealed class TextFormatter : IMessagePackFormatter<string?>
{
    public static readonly TextFormatter Instance = new();

    public void Serialize(ref MessagePackWriter writer, string? value, MessagePackSerializerOptions options)
    {
        UnicodeText.Check(value);
        writer.Write(value);
    }

    public string? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => MprpcFormatting.ReadString(ref reader);
}
