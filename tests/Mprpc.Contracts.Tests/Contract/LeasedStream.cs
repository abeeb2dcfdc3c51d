namespace Mprpc.Contracts.Tests.Contract;

/// <summary>So many zeros.</summary>
internal sealed class LeasedStream(int size, LeaseLog log) : ReadOnlyStream
{
    private int _left = size;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Delay(1, cancellationToken);
        int count = Math.Min(Math.Min(buffer.Length, 1000), _left);
        buffer.Span[..count].Clear();
        _left -= count;
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        await Task.Yield();
        log.Add("ended");
        await base.DisposeAsync();
    }
}
