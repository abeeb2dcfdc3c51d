namespace Mprpc.Serialization;

/// <summary>Compares keys as their type does, and hashes them by their parts: equal keys have equal parts.</summary>
/// <param name="parts">The hash of each part.</param>
internal sealed class PartsKeyComparer<T>(Func<T, int>[] parts) : IEqualityComparer<T>
{
    private const int MaxOnStack = 32;

    public bool Equals(T? x, T? y) => EqualityComparer<T>.Default.Equals(x, y);

    public int GetHashCode(T obj)
    {
        if (obj is null)
        {
            return 0;
        }

        Span<int> hashes = parts.Length <= MaxOnStack ? stackalloc int[parts.Length] : new int[parts.Length];

        for (int i = 0; i < parts.Length; i++)
        {
            hashes[i] = parts[i](obj);
        }

        return KeyHash.Of(hashes);
    }
}
