using System.IO.Pipelines;

namespace Mprpc.AspNetCore.Tests.CustomTransports;

/// <summary>A reader whose reads do what the test says, and cannot be cancelled.</summary>
internal sealed class TestReader(Func<ValueTask<ReadResult>> read) : PipeReader
{
    public TaskCompletionSource<Exception?> Completed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => read();

    public override bool TryRead(out ReadResult result)
    {
        result = default;
        return false;
    }

    public override void AdvanceTo(SequencePosition consumed)
    {
    }

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
    }

    public override void CancelPendingRead()
    {
    }

    public override void Complete(Exception? exception = null) => Completed.TrySetResult(exception);
}
