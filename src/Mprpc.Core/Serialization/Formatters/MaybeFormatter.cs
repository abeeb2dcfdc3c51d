using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>A value or nil; the value by the formatter that the resolver has, where MessagePack's own for numbers reads by itself.</summary>
internal sealed class MaybeFormatter<T> : IMessagePackFormatter<T?>
    where T : struct
{
    public void Serialize(ref MessagePackWriter writer, T? value, MessagePackSerializerOptions options)
    {
        if (value is { } given)
        {
            options.Resolver.GetFormatterWithVerify<T>().Serialize(ref writer, given, options);
        }
        else
        {
            writer.WriteNil();
        }
    }

    public T? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        => MprpcFormatting.TryReadNil(ref reader) ? null : options.Resolver.GetFormatterWithVerify<T>().Deserialize(ref reader, options);
}
