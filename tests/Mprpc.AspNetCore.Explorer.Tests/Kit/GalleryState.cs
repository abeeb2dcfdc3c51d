namespace Mprpc.AspNetCore.Explorer.Tests.Kit;

/// <summary>What a test knows of calls that run.</summary>
public sealed class GalleryState
{
    public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
