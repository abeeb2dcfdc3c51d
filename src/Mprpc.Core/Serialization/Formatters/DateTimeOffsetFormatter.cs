using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>
/// An array of the clock's reading, as if it were UTC, and the minutes of its offset; as MessagePack's formatter, but the minutes may be a float that is whole.
/// </summary>
internal sealed class DateTimeOffsetFormatter : IMessagePackFormatter<DateTimeOffset>
{
    public void Serialize(ref MessagePackWriter writer, DateTimeOffset value, MessagePackSerializerOptions options)
        => MessagePack.Formatters.DateTimeOffsetFormatter.Instance.Serialize(ref writer, value, options);

    public DateTimeOffset Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        int count = reader.ReadArrayHeader();

        if (count != 2)
        {
            throw new MessagePackSerializationException(
                $"A DateTimeOffset is an array of 2 values, and not of {count:N0}: a timestamp, and the minutes of its offset.");
        }

        DateTime clock = reader.ReadDateTime();
        short minutes = MprpcFormatting.ReadInt16(ref reader);
        return new DateTimeOffset(clock.Ticks, TimeSpan.FromMinutes(minutes));
    }
}
