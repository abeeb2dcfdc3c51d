using System.IO.Pipelines;

namespace Mprpc.AspNetCore.Tests.CustomTransports;

/// <summary>A writer whose writes do what the test says, and cannot be cancelled.</summary>
internal sealed class TestWriter(Func<ReadOnlyMemory<byte>, ValueTask<FlushResult>> write) : PipeWriter
{
    public TaskCompletionSource<Exception?> Completed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) => write(source);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => write(default);

    public override Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException();

    public override Span<byte> GetSpan(int sizeHint = 0) => throw new NotSupportedException();

    public override void Advance(int bytes) => throw new NotSupportedException();

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null) => Completed.TrySetResult(exception);
}
