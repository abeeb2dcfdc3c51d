using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>Finds the formatters that were generated at compile time.</summary>
internal sealed class GeneratedFormatterResolver : IFormatterResolver
{
    public static readonly GeneratedFormatterResolver Instance = new();

    private GeneratedFormatterResolver()
    {
    }

    public IMessagePackFormatter<T>? GetFormatter<T>() => MprpcGeneratedFormatters.Find<T>();
}
