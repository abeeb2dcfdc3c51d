using System.Globalization;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;
using Mprpc;
using Mprpc.Client;

namespace Extensions;

/// <summary>A formatter decides how a type is encoded: docs/contracts.md, "Formatters of your own".</summary>
public static class FormatterSample
{
    // The default resolver stays behind ours: it knows all other types.
    private static readonly MprpcSerializerOptions Serializer = new(
        CompositeResolver.Create([new CelsiusFormatter()], [MprpcSerializerOptions.Default.MessagePack.Resolver]));

    public static async Task<string> RunAsync()
    {
        await using Server server = await Server.StartAsync(
            builder => builder.Services.AddMprpc(options => options.Serializer = Serializer),
            app => app.MapMprpcService<Thermometer>(Server.AnyPort));
        await using var client = await MprpcClient.ConnectAsync(server.Url, new MprpcClientOptions { Serializer = Serializer });

        Celsius warmer = await client.CallAsync<Celsius>("add", new Celsius(20), 1.5);
        string onTheWire = await client.CallAsync<string>("add", "20 C", 1.5);      // what a client in another language sends and gets

        return $"{warmer.Degrees.ToString(CultureInfo.InvariantCulture)} degrees are \"{onTheWire}\" on the wire";
    }
}

public readonly record struct Celsius(double Degrees);

public sealed class CelsiusFormatter : IMessagePackFormatter<Celsius>
{
    private const string Unit = " C";

    public void Serialize(ref MessagePackWriter writer, Celsius value, MessagePackSerializerOptions options)
        => writer.Write(value.Degrees.ToString(CultureInfo.InvariantCulture) + Unit);

    public Celsius Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        => reader.ReadString() is { } text
            && text.EndsWith(Unit, StringComparison.Ordinal)
            && double.TryParse(text.AsSpan(0, text.Length - Unit.Length), CultureInfo.InvariantCulture, out double degrees)
                ? new(degrees)
                : throw new MessagePackSerializationException("A temperature is a text such as \"21.5 C\".");
}

public sealed class Thermometer
{
    public Celsius Add(Celsius temperature, double degrees) => new(temperature.Degrees + degrees);
}
