using MessagePack;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>Writes values of one type, which its callers know as objects.</summary>
internal abstract class ObjectWriter
{
    public abstract void Write(ref MessagePackWriter writer, object value, MessagePackSerializerOptions options);

    /// <summary>Writes an argument of a call: in place where generated code can.</summary>
    public virtual void Write(MprpcWriter writer, object value) => writer.Write<object>(value);

    /// <summary>Why no value of the type can be sent; null where it can, or where only the value tells.</summary>
    public virtual string? WhyNot(MprpcSerializerOptions serializer) => null;
}
