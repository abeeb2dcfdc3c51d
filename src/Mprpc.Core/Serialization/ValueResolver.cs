using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.Serialization;

/// <summary>The default resolver: what docs/contracts.md says of each type.</summary>
internal sealed class ValueResolver : IFormatterResolver
{
    public static readonly ValueResolver Instance = new();

    private ValueResolver()
    {
    }

    public IMessagePackFormatter<T>? GetFormatter<T>() => Cache<T>.Formatter;

    private static class Cache<T>
    {
        public static readonly IMessagePackFormatter<T>? Formatter = FormatterFactory.Make<T>();
    }
}
