using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;

namespace Mprpc;

/// <summary>Writes and reads values whose type nobody says (object): as MessagePack's own formatter, but what has no .NET value is kept in its bytes, as <see cref="MprpcRaw"/>.</summary>
internal sealed class AnyValueFormatter : IMessagePackFormatter<object?>
{
    private static readonly IMessagePackFormatter<object?> Standard = ContractlessStandardResolver.Instance.GetFormatterWithVerify<object?>();

    // docs/protocol.md 7.4: the shortest encoding, where MessagePack's formatter keeps the width of the boxed type.
    public void Serialize(ref MessagePackWriter writer, object? value, MessagePackSerializerOptions options)
    {
        switch (value)
        {
            case sbyte or short or int or long:
                writer.Write(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case byte or ushort or uint or ulong:
                writer.Write(Convert.ToUInt64(value, CultureInfo.InvariantCulture));
                break;
            case Enum number when number.GetTypeCode() == TypeCode.UInt64:
                writer.Write(Convert.ToUInt64(number, CultureInfo.InvariantCulture));
                break;
            case Enum number:
                writer.Write(Convert.ToInt64(number, CultureInfo.InvariantCulture));
                break;
            default:
                Standard.Serialize(ref writer, value, options);
                break;
        }
    }

    public object? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => reader.NextMessagePackType switch
    {
        MessagePackType.String => ReadText(ref reader),
        MessagePackType.Extension when !IsTimestamp(reader) => ReadRaw(ref reader),
        _ => Standard.Deserialize(ref reader, options),
    };

    // docs/protocol.md 7.2: text that is no UTF-8 keeps its bytes.
    private static object ReadText(ref MessagePackReader reader)
    {
        MessagePackReader start = reader.CreatePeekReader();
        ReadOnlySequence<byte> sequence = reader.ReadStringSequence().GetValueOrDefault();
        ReadOnlySpan<byte> utf8 = sequence.IsSingleSegment ? sequence.FirstSpan : sequence.ToArray();

        // Asked, not tried: a message can hold two million such texts, and an exception for each takes five microseconds and a kilobyte.
        return Utf8.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : ReadRaw(ref start);
    }

    // docs/protocol.md 7.3: what nobody decodes passes through.
    private static MprpcRaw ReadRaw(ref MessagePackReader reader) => new(reader.ReadRaw().ToArray());

    private static bool IsTimestamp(in MessagePackReader reader) => reader.CreatePeekReader().ReadExtensionFormatHeader().TypeCode == ReservedMessagePackExtensionTypeCode.DateTime;
}
