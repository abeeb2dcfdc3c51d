using System.IO.Pipelines;

namespace Mprpc.Client.Tests;

/// <summary>Takes so many writes, then fails each.</summary>
internal sealed class FailingWriter(PipeWriter inner, int writes) : PipeWriter
{
    private int _left = writes;

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        => Interlocked.Decrement(ref _left) >= 0 ? inner.WriteAsync(source, cancellationToken) : throw new IOException("Broken pipe.");

    public override void Advance(int bytes) => inner.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);
}
