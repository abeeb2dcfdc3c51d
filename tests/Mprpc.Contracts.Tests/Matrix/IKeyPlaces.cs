using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Mprpc.Contracts.Tests.Matrix;

/// <summary>A type that can also be a key.</summary>
public interface IKeyPlaces<T> : IPlaces<T>
    where T : notnull
{
    /// <summary>As key of a dictionary.</summary>
    Task<Dictionary<T, int>> KeysAsync(Dictionary<T, int> value);

    /// <summary>As element of a set.</summary>
    Task<HashSet<T>> SetAsync(HashSet<T> value);

    /// <summary>As key of a dictionary that several threads use.</summary>
    Task<ConcurrentDictionary<T, int>> ConcurrentKeysAsync(ConcurrentDictionary<T, int> value);

    /// <summary>As key of a dictionary that does not change.</summary>
    Task<ImmutableDictionary<T, int>> ImmutableKeysAsync(ImmutableDictionary<T, int> value);

    /// <summary>As element of a set that does not change.</summary>
    Task<ImmutableHashSet<T>> ImmutableSetAsync(ImmutableHashSet<T> value);

    /// <summary>As key of a dictionary that is made once and read often.</summary>
    Task<FrozenDictionary<T, int>> FrozenKeysAsync(FrozenDictionary<T, int> value);
}
