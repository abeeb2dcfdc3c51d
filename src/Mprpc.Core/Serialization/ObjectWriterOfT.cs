using MessagePack;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>Writes values of <typeparamref name="T"/>.</summary>
internal sealed class ObjectWriter<T> : ObjectWriter
{
    public override void Write(ref MessagePackWriter writer, object value, MessagePackSerializerOptions options)
        => options.Resolver.GetFormatterWithVerify<T>().Serialize(ref writer, (T)value, options);

    public override void Write(MprpcWriter writer, object value) => writer.Write((T)value);

    public override string? WhyNot(MprpcSerializerOptions serializer) => serializer.MessagePack.Resolver.GetFormatter<T>() switch
    {
        null => "its resolver has no formatter for it",
        IRefusingFormatter refusing => refusing.Reason,
        _ => null,
    };
}
