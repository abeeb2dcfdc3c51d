namespace Mprpc.Contracts.Tests.Matrix;

/// <summary>A type that can also be a key.</summary>
public interface IKeyPlaces<T> : IPlaces<T>
    where T : notnull
{
    /// <summary>As key of a dictionary.</summary>
    Task<Dictionary<T, int>> KeysAsync(Dictionary<T, int> value);

    /// <summary>As element of a set.</summary>
    Task<HashSet<T>> SetAsync(HashSet<T> value);
}
