using System.Buffers;
using System.Runtime.CompilerServices;

namespace Mprpc;

/// <summary>Bytes as the items of a stream, and such a stream as bytes.</summary>
internal static class StreamBytes
{
    public const int Piece = 64 * 1024;

    /// <summary>Reads a stream to its end, in pieces. Each is good until the next is asked for.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(Stream bytes, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(Piece);

        try
        {
            while (await bytes.ReadAsync(piece.AsMemory(0, Piece), cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                yield return piece.AsMemory(0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>The items as a stream to read from.</summary>
    public sealed class Reader(IAsyncEnumerable<ReadOnlyMemory<byte>> items) : Stream
    {
        private readonly CancellationTokenSource _disposed = new();
        private IAsyncEnumerator<ReadOnlyMemory<byte>>? _items;
        private Task<bool>? _moving;        // of a read that was cancelled too: the next one goes on with it
        private ReadOnlyMemory<byte> _rest;
        private bool _isDisposed;

        public override bool CanRead => !_isDisposed;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException("The length of a stream that is read from a peer is known at its end.");

        public override long Position
        {
            get => throw new NotSupportedException("A stream that is read from a peer has no position.");
            set => throw new NotSupportedException("A stream that is read from a peer has no position.");
        }

        /// <summary>Waits for the first bytes, or the end; if there is neither, the stream is disposed.</summary>
        public async ValueTask<Reader> OpenAsync()
        {
            try
            {
                await MoveAsync(CancellationToken.None).ConfigureAwait(false);
                return this;
            }
            catch
            {
                await DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            cancellationToken.ThrowIfCancellationRequested();

            while (_rest.IsEmpty && buffer.Length > 0)
            {
                if (!await MoveAsync(cancellationToken).ConfigureAwait(false))
                {
                    return 0;
                }
            }

            int count = Math.Min(buffer.Length, _rest.Length);
            _rest[..count].CopyTo(buffer);
            _rest = _rest[count..];
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count)
            => throw new NotSupportedException("A stream that is read from a peer must not block a thread. Use ReadAsync.");

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A stream that is read from a peer cannot seek.");

        public override void SetLength(long value) => throw new NotSupportedException("A stream that is read from a peer cannot be changed.");

        public override void Write(byte[] buffer, int offset, int count)
            => throw new NotSupportedException("A stream that is read from a peer cannot be written.");

        public override void Flush()
        {
        }

        public override async ValueTask DisposeAsync()
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                await EndAsync().ConfigureAwait(false);
                _disposed.Dispose();
            }

            await base.DisposeAsync().ConfigureAwait(false);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_isDisposed)
            {
                _ = DisposeAsync().AsTask();    // tells the peer, and waits for nothing of it
            }

            base.Dispose(disposing);
        }

        /// <summary>Waits for the next item. A wait that is cancelled loses nothing.</summary>
        private async ValueTask<bool> MoveAsync(CancellationToken cancellationToken)
        {
            _items ??= items.GetAsyncEnumerator(_disposed.Token);

            if (_moving is null)
            {
                ValueTask<bool> move = _items.MoveNextAsync();

                if (move.IsCompletedSuccessfully)
                {
                    return HasMoved(await move.ConfigureAwait(false));
                }

                _moving = move.AsTask();
            }

            bool hasItem = await _moving.WaitAsync(cancellationToken).ConfigureAwait(false);
            _moving = null;
            return HasMoved(hasItem);
        }

        private bool HasMoved(bool hasItem)
        {
            _rest = hasItem ? _items!.Current : default;
            return hasItem;
        }

        private async ValueTask EndAsync()
        {
            if (_items is null)
            {
                return;     // nothing was begun
            }

            if (_moving is { } moving)
            {
                // An iterator must not be disposed while it runs.
                await _disposed.CancelAsync().ConfigureAwait(false);
                await ((Task)moving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await _items.DisposeAsync().ConfigureAwait(false);
        }
    }
}
