namespace Mprpc.AspNetCore.Tests.Security.Parity;

/// <summary>What the samples' methods do.</summary>
public static class Body
{
    public static Task RunAsync(CancellationToken cancellationToken)
        => cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;

    /// <summary>Longer than a time-out on a busy machine, and not for ever: where there is none, the call is answered.</summary>
    public static Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(TimeSpan.FromMilliseconds(250), cancellationToken);
}
