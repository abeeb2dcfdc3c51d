namespace Mprpc.Contracts.Tests.Matrix;

public class KeyPlaces<T> : Places<T>, IKeyPlaces<T>
    where T : notnull
{
    public Task<Dictionary<T, int>> KeysAsync(Dictionary<T, int> value) => Task.FromResult(value);

    public Task<HashSet<T>> SetAsync(HashSet<T> value) => Task.FromResult(value);
}
