using System.Buffers;

namespace Mprpc;

/// <summary>The bytes of a stream that a method has returned, in pieces. Whoever disposes it disposes the stream, read or not; it is enumerated once.</summary>
/// <remarks>Not an iterator: the disposal of one that has not begun runs nothing.</remarks>
internal sealed class ReturnedBytes(Task<Stream?> returned) : IAsyncEnumerable<ReadOnlyMemory<byte>>, IAsyncEnumerator<ReadOnlyMemory<byte>>
{
    private CancellationToken _cancellationToken;
    private byte[]? _piece;
    private bool _isDisposed;

    /// <summary>Ends as the method has.</summary>
    public Task Returned => returned;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Current { get; private set; }

    /// <inheritdoc/>
    public IAsyncEnumerator<ReadOnlyMemory<byte>> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        _cancellationToken = cancellationToken;
        return this;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> MoveNextAsync()
    {
        Stream bytes = await returned.ConfigureAwait(false)
            ?? throw new InvalidOperationException("The method returned a task of null in place of a stream. Return an empty one, such as Stream.Null.");
        _piece ??= ArrayPool<byte>.Shared.Rent(StreamBytes.Piece);
        int read = await bytes.ReadAsync(_piece.AsMemory(0, StreamBytes.Piece), _cancellationToken).ConfigureAwait(false);
        Current = _piece.AsMemory(0, read);
        return read > 0;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;

        // The method may still be on its way to the stream.
        await Returned.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        if (returned.IsCompletedSuccessfully && await returned.ConfigureAwait(false) is { } bytes)
        {
            await bytes.DisposeAsync().ConfigureAwait(false);
        }

        if (_piece is not null)
        {
            Current = default;
            ArrayPool<byte>.Shared.Return(_piece);
        }
    }
}
