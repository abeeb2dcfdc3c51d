using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MessagePack;

namespace Mprpc.Serialization;

/// <summary>The writers of values whose type is known only at run time, each by the formatter of that type. Safe for concurrent use.</summary>
internal static class AnyValueWriter
{
    private static readonly ConcurrentDictionary<Type, ObjectWriter> Known = new();

    /// <summary>Makes a type known of which code was compiled: under native AOT no other can be.</summary>
    public static void Register<T>() => Known.TryAdd(typeof(T), new ObjectWriter<T>());

    /// <exception cref="MessagePackSerializationException">Under native AOT: nothing was generated for the type.</exception>
    public static ObjectWriter Of(object value, Type type) => Known.TryGetValue(type, out ObjectWriter? known) ? known : Make(value, type);

    /// <summary>The writer of a type; not asked under native AOT.</summary>
    public static ObjectWriter OfType(Type type) => Known.TryGetValue(type, out ObjectWriter? known) ? known : MakeAtRunTime(type);

    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Guarded: not reached under native AOT.")]
    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = "The generic parameter has no requirements.")]
    private static ObjectWriter MakeAtRunTime(Type type)
        => Known.GetOrAdd(type, static type => (ObjectWriter)Activator.CreateInstance(typeof(ObjectWriter<>).MakeGenericType(type))!);

    private static ObjectWriter Make(object value, Type type)
    {
        if (RuntimeFeature.IsDynamicCodeSupported)
        {
            return MakeAtRunTime(type);
        }

        // The first value of the process: the types of .NET become known with the first formatter of ours.
        if (OwnFormatters.Find<object>() is not null && Known.TryGetValue(type, out ObjectWriter? known))
        {
            return known;
        }

        return value switch
        {
            Enum => AnyEnumWriter.Instance,
            IDictionary => AnyDictionaryWriter.Instance,
            IEnumerable => AnySequenceWriter.Instance,
            _ => throw new MessagePackSerializationException(
                $"{TypeName.Of(type)} cannot be sent as object: no formatter was generated for it, and native AOT cannot make one at run time. "
                + "Use the type in a contract."),
        };
    }
}
