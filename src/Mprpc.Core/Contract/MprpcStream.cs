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

    /// <summary>Makes an argument of the bytes of a stream, from where it stands: items of binary data, of up to 64 KiB each.</summary>
    /// <param name="bytes">What is read, while the call runs; it is not disposed.</param>
    public static MprpcStream From(Stream bytes) => new Of<ReadOnlyMemory<byte>>(StreamBytes.Read(bytes));

    internal abstract TResult Accept<TResult>(IStreamVisitor<TResult> visitor);

    private sealed class Of<T>(IAsyncEnumerable<T> items) : MprpcStream
    {
        internal override TResult Accept<TResult>(IStreamVisitor<TResult> visitor) => visitor.Visit(items);
    }
}
