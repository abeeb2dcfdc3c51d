using System.Globalization;
using MessagePack;

namespace Mprpc.Serialization;

/// <summary>Writes an enum of any type as its number.</summary>
internal sealed class AnyEnumWriter : ObjectWriter
{
    public static readonly AnyEnumWriter Instance = new();

    public override void Write(ref MessagePackWriter writer, object value, MessagePackSerializerOptions options)
    {
        if (((Enum)value).GetTypeCode() == TypeCode.UInt64)
        {
            writer.Write(Convert.ToUInt64(value, CultureInfo.InvariantCulture));
        }
        else
        {
            writer.Write(Convert.ToInt64(value, CultureInfo.InvariantCulture));
        }
    }
}
