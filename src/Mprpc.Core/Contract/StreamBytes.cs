using System.Buffers;
using System.Runtime.CompilerServices;

namespace Mprpc;

/// <summary>Bytes as the items of a stream, and such a stream as bytes.</summary>
internal static class StreamBytes
{
    private const int Piece = 64 * 1024;

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

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            cancellationToken.ThrowIfCancellationRequested();
            _items ??= items.GetAsyncEnumerator(_disposed.Token);

            // Who cancels a read ends the stream: what is on its way could not be given back.
            using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
                static source => ((CancellationTokenSource)source!).Cancel(), _disposed);

            while (_rest.IsEmpty && buffer.Length > 0)
            {
                if (!await _items.MoveNextAsync().ConfigureAwait(false))
                {
                    return 0;
                }

                _rest = _items.Current;
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

                if (_items is not null)
                {
                    await _items.DisposeAsync().ConfigureAwait(false);
                }

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
    }
}
