using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MessagePack;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>Writes a value of a type that is known only at run time, by the formatter of that type.</summary>
internal abstract class AnyValueWriter
{
    private static readonly ConcurrentDictionary<Type, AnyValueWriter> Known = new();

    public abstract void Write(ref MessagePackWriter writer, object value, MessagePackSerializerOptions options);

    /// <summary>Writes an argument of a call: in place where generated code can.</summary>
    public virtual void Write(MprpcWriter writer, object value) => writer.Write<object>(value);

    /// <summary>Makes a type known of which code was compiled: under native AOT no other can be.</summary>
    public static void Register<T>() => Known.TryAdd(typeof(T), new AnyValueWriter<T>());

    /// <exception cref="MessagePackSerializationException">Under native AOT: nothing was generated for the type.</exception>
    public static AnyValueWriter Of(object value, Type type) => Known.TryGetValue(type, out AnyValueWriter? known) ? known : Make(value, type);

    /// <summary>The writer of a type; not asked under native AOT.</summary>
    public static AnyValueWriter OfType(Type type) => Known.TryGetValue(type, out AnyValueWriter? known) ? known : MakeAtRunTime(type);

    /// <summary>Why no value of the type can be sent; null where it can, or where only the value tells.</summary>
    public virtual string? WhyNot(MprpcSerializerOptions serializer) => null;

    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Guarded: not reached under native AOT.")]
    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = "The generic parameter has no requirements.")]
    private static AnyValueWriter MakeAtRunTime(Type type)
        => Known.GetOrAdd(type, static type => (AnyValueWriter)Activator.CreateInstance(typeof(AnyValueWriter<>).MakeGenericType(type))!);

    private static AnyValueWriter Make(object value, Type type)
    {
        if (RuntimeFeature.IsDynamicCodeSupported)
        {
            return MakeAtRunTime(type);
        }

        // The first value of the process: the types of .NET become known with the first formatter of ours.
        if (OwnFormatters.Find<object>() is not null && Known.TryGetValue(type, out AnyValueWriter? known))
        {
            return known;
        }

        return value switch
        {
            Enum => AnyEnumWriter.Instance,
            IDictionary => AnyDictionaryWriter.Instance,
            IEnumerable => AnySequenceWriter.Instance,
            _ => throw new MessagePackSerializationException(
                $"{TypeName.Of(type)} cannot be sent as object: no formatter was generated for it, and native AOT cannot make one at run time. Use the type in a contract."),
        };
    }
}
