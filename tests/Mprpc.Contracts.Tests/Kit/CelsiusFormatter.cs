using System.Globalization;
using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.Contracts.Tests.Kit;

/// <summary>Text with a unit.</summary>
internal sealed class CelsiusFormatter : IMessagePackFormatter<Celsius>
{
    private const string Unit = " C";

    public void Serialize(ref MessagePackWriter writer, Celsius value, MessagePackSerializerOptions options)
        => writer.Write(value.Degrees.ToString(CultureInfo.InvariantCulture) + Unit);

    public Celsius Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        => new(double.Parse(reader.ReadString()!.Replace(Unit, "", StringComparison.Ordinal), CultureInfo.InvariantCulture));
}
