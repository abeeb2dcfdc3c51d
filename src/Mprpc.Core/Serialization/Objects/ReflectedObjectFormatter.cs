using System.Diagnostics.CodeAnalysis;
using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>Reads and writes a type by code that is made at run time, of the members that reflection finds.</summary>
internal sealed class ReflectedObjectFormatter<T> : IMessagePackFormatter<T?>
{
    private readonly WriteObject<T> _write;
    private readonly ReadObject<T> _read;

    [RequiresDynamicCode("Compiles at run time.")]
    public ReflectedObjectFormatter(ReflectedObject model)
    {
        var compiler = new ObjectCompiler(model);
        _write = compiler.CompileWriting<T>();
        _read = compiler.CompileReading<T>();
    }

    public void Serialize(ref MessagePackWriter writer, T? value, MessagePackSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNil();
        }
        else
        {
            _write(ref writer, value, options);
        }
    }

    public T? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (!MprpcFormatting.TryReadNil(ref reader))
        {
            return _read(ref reader, options);
        }

        return default(T) is null
            ? default
            : throw new MessagePackSerializationException($"nil cannot be read as {TypeName.Of(typeof(T))}, which is a struct.");
    }
}
