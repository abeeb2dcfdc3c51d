using System.Globalization;
using MessagePack;
using MessagePack.Formatters;
using Mprpc.SourceGenerator.Tests.Contracts;

namespace Mprpc.SourceGenerator.Tests.Support;

/// <summary>A formatter of a user's own.</summary>
internal sealed class PointAsText : IMessagePackFormatter<Point>
{
    public void Serialize(ref MessagePackWriter writer, Point value, MessagePackSerializerOptions options)
        => writer.Write(string.Create(CultureInfo.InvariantCulture, $"{value.X};{value.Y}"));

    public Point Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        string[] parts = reader.ReadString()!.Split(';');
        return new Point(int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
