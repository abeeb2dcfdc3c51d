namespace Mprpc.Comparison.Peers;

/// <summary>A stream of which one item was read, and nobody reads more.</summary>
internal static class StalledStream
{
    public static async Task<IAsyncDisposable> OpenAsync<T>(IAsyncEnumerable<T> items)
    {
        IAsyncEnumerator<T> reading = items.GetAsyncEnumerator();

        if (!await reading.MoveNextAsync())
        {
            throw new InvalidOperationException("The stream has no items.");
        }

        return reading;
    }
}
