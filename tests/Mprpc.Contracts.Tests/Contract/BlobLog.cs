namespace Mprpc.Contracts.Tests.Contract;

/// <summary>What has become of the streams that a service has opened.</summary>
public sealed class BlobLog
{
    private int _opened;

    public int Opened => Volatile.Read(ref _opened);

    /// <summary>Counts the streams that have been disposed.</summary>
    public SemaphoreSlim Disposed { get; } = new(0);

    public Stream Open(int size)
    {
        Interlocked.Increment(ref _opened);
        return new BlobStream(size, this, failure: null);
    }
}
