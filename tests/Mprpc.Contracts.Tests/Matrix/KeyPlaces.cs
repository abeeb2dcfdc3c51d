using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Mprpc.Contracts.Tests.Matrix;

public class KeyPlaces<T> : Places<T>, IKeyPlaces<T>
    where T : notnull
{
    public Task<Dictionary<T, int>> KeysAsync(Dictionary<T, int> value) => Task.FromResult(value);

    public Task<HashSet<T>> SetAsync(HashSet<T> value) => Task.FromResult(value);

    public Task<ConcurrentDictionary<T, int>> ConcurrentKeysAsync(ConcurrentDictionary<T, int> value) => Task.FromResult(value);

    public Task<ImmutableDictionary<T, int>> ImmutableKeysAsync(ImmutableDictionary<T, int> value) => Task.FromResult(value);

    public Task<ImmutableHashSet<T>> ImmutableSetAsync(ImmutableHashSet<T> value) => Task.FromResult(value);

    public Task<FrozenDictionary<T, int>> FrozenKeysAsync(FrozenDictionary<T, int> value) => Task.FromResult(value);
}
