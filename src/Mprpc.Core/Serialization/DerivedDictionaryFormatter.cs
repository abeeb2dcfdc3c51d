using System.Collections.Concurrent;
using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.Serialization;

/// <summary>
/// Reads a class that derives from <see cref="Dictionary{TKey, TValue}"/>, a concurrent or an ordered one as the plain one is read: with keys that a peer
/// cannot make collide.
/// </summary>
internal sealed class DerivedDictionaryFormatter<TKey, TValue, TDictionary> : MapFormatter<TKey, TValue, TDictionary>
    where TKey : notnull
    where TDictionary : class, IDictionary<TKey, TValue>, new()
{
    protected override TDictionary Create(List<KeyValuePair<TKey, TValue>> items, MessagePackSerializerOptions options)
    {
        var dictionary = new TDictionary();
        IEqualityComparer<TKey> comparer = options.Security.GetEqualityComparer<TKey>();

        switch (dictionary)
        {
            case Dictionary<TKey, TValue> plain:
                CollectionComparer.Set(plain, comparer);
                break;
            case OrderedDictionary<TKey, TValue> ordered:
                CollectionComparer.Set(ordered, comparer);
                break;
            case ConcurrentDictionary<TKey, TValue> concurrent:
                CollectionComparer.Set(concurrent, comparer);
                break;
        }

        foreach (KeyValuePair<TKey, TValue> item in items)
        {
            dictionary.Add(item);
        }

        return dictionary;
    }
}
