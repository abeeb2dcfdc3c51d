using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Mprpc.Serialization;

/// <summary>Which collections are filled by formatters of ours.</summary>
internal static class SafeCollections
{
    /// <summary>The type of the formatter; null where MessagePack's own is as good.</summary>
    [RequiresDynamicCode("Makes generic types of the application's own.")]
    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = "The formatters are ours, and their type parameters have no requirements.")]
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "MessagePack's formatter, which this one replaces, has kept the constructor.")]
    public static Type? FormatterOf(Type type)
    {
        if (type == typeof(Hashtable))
        {
            return typeof(ObjectDictionaryFormatter<Hashtable>);
        }

        if (type.IsAbstract || (!type.IsValueType && type.GetConstructor(Type.EmptyTypes) is null))
        {
            return null;
        }

        for (Type? at = type; at is not null; at = at.BaseType)
        {
            Type? definition = at.IsGenericType ? at.GetGenericTypeDefinition() : null;

            if (definition == typeof(HashSet<>) && at != type)
            {
                return typeof(DerivedSetFormatter<,>).MakeGenericType(at.GenericTypeArguments[0], type);
            }

            if (definition == typeof(OrderedDictionary<,>)
                || ((definition == typeof(Dictionary<,>) || definition == typeof(ConcurrentDictionary<,>)) && at != type))
            {
                return typeof(DerivedDictionaryFormatter<,,>).MakeGenericType([.. at.GenericTypeArguments, type]);
            }

            if (definition == typeof(SortedList<,>))
            {
                return typeof(SortedListFormatter<,,>).MakeGenericType([.. at.GenericTypeArguments, type]);
            }
        }

        return type == typeof(SortedList) ? typeof(ObjectDictionaryFormatter<SortedList>) : null;
    }
}
