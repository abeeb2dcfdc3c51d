using System.Collections.Concurrent;
using System.ComponentModel;
using Mprpc.Serialization;

namespace Mprpc.CompilerServices;

/// <summary>
/// Where generated code leaves how the keys of a contract's dictionaries and sets are hashed, from its module initializer. For generated code.
/// </summary>
/// <remarks>A peer chooses the keys, and must not be able to choose them so that they collide. Safe for concurrent use.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MprpcGeneratedKeys
{
    private static readonly ConcurrentDictionary<Type, object> Comparers = new();

    /// <summary>Registers the type of a key.</summary>
    /// <typeparam name="T">The type; it compares its parts.</typeparam>
    /// <param name="parts">The hash of each part, by <see cref="Hash{T}"/>.</param>
    public static void Register<T>(params Func<T, int>[] parts) => Comparers.TryAdd(typeof(T), new PartsKeyComparer<T>(parts));

    /// <summary>The hash of a part of a key.</summary>
    /// <typeparam name="T">The type of the part.</typeparam>
    /// <param name="part">The part.</param>
    public static int Hash<T>(T part) => part is null ? 0 : KeyComparer<T>.Instance.GetHashCode(part);

    internal static IEqualityComparer<T>? Find<T>() => Comparers.TryGetValue(typeof(T), out object? comparer) ? (IEqualityComparer<T>)comparer : null;
}
