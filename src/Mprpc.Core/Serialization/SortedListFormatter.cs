using MessagePack;

namespace Mprpc.Serialization;

/// <summary>
/// Reads a <see cref="SortedList{TKey, TValue}"/>, or a class that derives from it, from keys in any order: they are sorted once, where to insert each would
/// move all that are larger.
/// </summary>
internal sealed class SortedListFormatter<TKey, TValue, TList> : MapFormatter<TKey, TValue, TList>
    where TKey : notnull
    where TList : SortedList<TKey, TValue>, new()
{
    protected override TList Create(List<KeyValuePair<TKey, TValue>> items, MessagePackSerializerOptions options)
    {
        var list = new TList();
        IComparer<TKey> comparer = list.Comparer;
        items.Sort((x, y) => comparer.Compare(x.Key, y.Key));

        foreach ((TKey key, TValue value) in items)
        {
            list.Add(key, value);       // at its end
        }

        return list;
    }
}
