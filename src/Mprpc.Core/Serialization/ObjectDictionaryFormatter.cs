using System.Collections;
using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.Serialization;

/// <summary>
/// Reads a dictionary of before generics from keys that a peer chose: a <see cref="Hashtable"/> with a comparer that they cannot make collide, a
/// <see cref="SortedList"/> sorted once.
/// </summary>
/// <typeparam name="T">One of the two.</typeparam>
internal sealed class ObjectDictionaryFormatter<T> : IMessagePackFormatter<T?>
    where T : class, IDictionary, new()
{
    private static readonly NonGenericDictionaryFormatter<T> Standard = new();

    public void Serialize(ref MessagePackWriter writer, T? value, MessagePackSerializerOptions options) => Standard.Serialize(ref writer, value, options);

    public T? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (NonGenericInterfaceDictionaryFormatter.Instance.Deserialize(ref reader, options) is not { } items)
        {
            return null;
        }

        return typeof(T) == typeof(Hashtable) ? (T)(object)new Hashtable(items, options.Security.GetEqualityComparer()) : (T)(object)new SortedList(items);
    }
}
