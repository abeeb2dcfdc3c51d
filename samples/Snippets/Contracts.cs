using System.Globalization;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;
using Mprpc;
using Mprpc.AspNetCore;

namespace Snippets.Contracts;

// snippet: contracts/contract
[MprpcService(Prefix = "calc")]
public interface ICalculator
{
    Task<int> SumAsync(int x, int y);
}
// end snippet

internal static class Contracts
{
    public static void Use(WebApplication app, IServiceCollection services)
    {
        // snippet: contracts/contract
        app.MapMprpcService<Calculator>(6000);                                          // the server: class Calculator : ICalculator
        services.AddMprpcClient<ICalculator>("tcp://127.0.0.1:6000");                   // the client: ICalculator is injected
        // end snippet
    }

    public static void SetFormatter(MprpcServerOptions options)
    {
        // snippet: contracts/formatter
        options.Serializer = new MprpcSerializerOptions(
            CompositeResolver.Create([new CelsiusFormatter()], [MprpcSerializerOptions.Default.MessagePack.Resolver]));
        // end snippet
    }
}

internal sealed class Calculator : ICalculator
{
    public Task<int> SumAsync(int x, int y) => Task.FromResult(x + y);
}

internal readonly record struct Celsius(double Degrees);

internal sealed class CelsiusFormatter : IMessagePackFormatter<Celsius>
{
    public void Serialize(ref MessagePackWriter writer, Celsius value, MessagePackSerializerOptions options)
        => writer.Write(value.Degrees.ToString(CultureInfo.InvariantCulture));

    public Celsius Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        => new(double.Parse(reader.ReadString()!, CultureInfo.InvariantCulture));
}
