using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>Gives a collection, whose class offers no way to choose it, the comparer of keys that a peer cannot make collide.</summary>
/// <remarks>
/// The base class's public constructor is run once more on the empty object: it sets the comparer and what else is new, and nothing of the derived class. One
/// that the class has chosen itself stays: it says which keys are equal.
/// </remarks>
internal static class CollectionComparer
{
    public static void Set<T>(HashSet<T> set, IEqualityComparer<T> comparer)
    {
        if (IsDefault(set.Comparer))
        {
            T[] items = [.. set];
            set.Clear();
            Of<T>.Construct(set, comparer);
            set.UnionWith(items);
        }
    }

    public static void Set<TKey, TValue>(Dictionary<TKey, TValue> dictionary, IEqualityComparer<TKey> comparer)
        where TKey : notnull
    {
        if (IsDefault(dictionary.Comparer))
        {
            Refill(dictionary, () => Of<TKey, TValue>.Construct(dictionary, comparer));
        }
    }

    public static void Set<TKey, TValue>(ConcurrentDictionary<TKey, TValue> dictionary, IEqualityComparer<TKey> comparer)
        where TKey : notnull
    {
        if (IsDefault(dictionary.Comparer))
        {
            Refill(dictionary, () => Of<TKey, TValue>.Construct(dictionary, comparer));
        }
    }

    public static void Set<TKey, TValue>(OrderedDictionary<TKey, TValue> dictionary, IEqualityComparer<TKey> comparer)
        where TKey : notnull
    {
        if (IsDefault(dictionary.Comparer))
        {
            Refill(dictionary, () => Of<TKey, TValue>.Construct(dictionary, comparer));
        }
    }

    private static void Refill<TKey, TValue>(IDictionary<TKey, TValue> dictionary, Action construct)
        where TKey : notnull
    {
        KeyValuePair<TKey, TValue>[] items = [.. dictionary];
        dictionary.Clear();
        construct();
        Array.ForEach(items, item => dictionary[item.Key] = item.Value);
    }

    private static bool IsDefault<T>(IEqualityComparer<T> comparer) => ReferenceEquals(comparer, EqualityComparer<T>.Default);

    private static class Of<T>
    {
        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = ".ctor")]
        public static extern void Construct(HashSet<T> set, IEqualityComparer<T>? comparer);
    }

    private static class Of<TKey, TValue>
        where TKey : notnull
    {
        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = ".ctor")]
        public static extern void Construct(Dictionary<TKey, TValue> dictionary, IEqualityComparer<TKey>? comparer);

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = ".ctor")]
        public static extern void Construct(OrderedDictionary<TKey, TValue> dictionary, IEqualityComparer<TKey>? comparer);

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = ".ctor")]
        public static extern void Construct(ConcurrentDictionary<TKey, TValue> dictionary, IEqualityComparer<TKey>? comparer);
    }
}
