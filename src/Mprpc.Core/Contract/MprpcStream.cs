namespace Mprpc;

/// <summary>A stream as an argument of a call that names its method: the peer's method reads the items while this side still makes them.</summary>
/// <remarks>
/// Items are sent as the peer has room for them. To a peer that does not know the protocol's extensions they are sent as one array, within limits. In typed
/// clients an <see cref="IAsyncEnumerable{T}"/> is enough. Immutable; as safe for concurrent use as what it is made from.
/// </remarks>
/// <example><code>int count = await client.CallAsync&lt;int&gt;("feed.import", "rows", MprpcStream.From(rows));</code></example>
public abstract class MprpcStream
{
    private protected MprpcStream()
    {
    }

    /// <summary>Makes an argument of items.</summary>
    /// <typeparam name="T">Their type; it chooses the encoding.</typeparam>
    /// <param name="items">The items. Enumerated when the call has been sent, once for each call, on another thread; disposed when the call ends.</param>
    public static MprpcStream From<T>(IAsyncEnumerable<T> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return new Of<T>(items);
    }

    /// <summary>Makes an argument of the bytes of a stream, such as a file: items of binary data, of up to 64 KiB each.</summary>
    /// <param name="bytes">What is read while the call runs, from where it stands; it is not disposed.</param>
    public static MprpcStream From(Stream bytes) => new Of<ReadOnlyMemory<byte>>(ReadAsync(bytes));

    /// <summary>The bytes of a stream, such as a file, as the items of a stream of calls: of up to 64 KiB each.</summary>
    /// <param name="bytes">What is read when the items are enumerated, from where it stands; it is not disposed.</param>
    /// <returns>The items. Each is good until the next is asked for. Enumerate them once.</returns>
    public static IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(Stream bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return StreamBytes.ReadAsync(bytes);
    }

    /// <summary>Writes the items of a stream of calls to a stream, such as a file, as they come.</summary>
    /// <param name="items">The items; enumerated once.</param>
    /// <param name="destination">Where they are written; it is neither flushed nor disposed.</param>
    /// <param name="cancellationToken">Ends it, and the stream.</param>
    /// <returns>How many bytes were written.</returns>
    public static async Task<long> CopyToAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> items, Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(destination);
        long written = 0;

        await foreach (ReadOnlyMemory<byte> item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            await destination.WriteAsync(item, cancellationToken).ConfigureAwait(false);
            written += item.Length;
        }

        return written;
    }

    /// <summary>The items of a stream of calls as a stream to read from, for code that takes one.</summary>
    /// <param name="items">The items; enumerated once, from the first read on.</param>
    /// <returns>
    /// The stream; dispose it to end the call. It can only be read, asynchronously (<see cref="Stream.Read(byte[], int, int)"/> throws), by one reader at a
    /// time. A read that is cancelled loses nothing: the next one goes on.
    /// </returns>
    public static Stream AsStream(IAsyncEnumerable<ReadOnlyMemory<byte>> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return new StreamBytes.Reader(items);
    }

    internal abstract TResult Accept<TResult>(IStreamVisitor<TResult> visitor);

    private sealed class Of<T>(IAsyncEnumerable<T> items) : MprpcStream
    {
        internal override TResult Accept<TResult>(IStreamVisitor<TResult> visitor) => visitor.Visit(items);
    }
}
