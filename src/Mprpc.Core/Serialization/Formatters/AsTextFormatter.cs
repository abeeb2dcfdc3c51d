using System.Text;
using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>
/// A type that is text on the wire, such as Uri and Guid: its own formatter gets valid UTF-8 only, and the text also where a peer sent it as binary.
/// </summary>
internal sealed class AsTextFormatter<T>(IMessagePackFormatter<T> standard) : IMessagePackFormatter<T>
{
    public void Serialize(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options)
    {
        if (value is StringBuilder text)
        {
            UnicodeText.Check(text.ToString());
        }

        standard.Serialize(ref writer, value, options);
    }

    public T Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.NextMessagePackType is not (MessagePackType.String or MessagePackType.Binary))
        {
            return Substitute.Undefined(ref reader)
                ? Substitute.Read(standard, Substitute.Nil, ref reader, options)
                : standard.Deserialize(ref reader, options);
        }

        string text = MprpcFormatting.ReadString(ref reader)!;
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default);

        try
        {
            writer.WriteString(text);
            return Substitute.Read(standard, writer.WrittenMemory, ref reader, options);
        }
        finally
        {
            MprpcWriter.Return(writer);
        }
    }
}
