namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Bytes that count from 0 to 250 again and again, as Blob.Of has them; then the end, or a failure. The log is told when it is disposed.</summary>
internal sealed class BlobStream(int size, BlobLog log, Exception? failure) : ReadOnlyStream
{
    private int _position;
    private int _isDisposed;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        int count = Math.Min(Math.Min(buffer.Length, 50_000), size - _position);

        if (count == 0 && failure is not null)
        {
            throw failure;
        }

        Blob.Fill(buffer.Span[..count], _position);
        _position += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            log.Disposed.Release();
        }

        base.Dispose(disposing);
    }
}
