namespace Mprpc.AspNetCore.Tests.Security.Parity;

/// <summary>What the samples' methods do.</summary>
public static class Body
{
    public static Task RunAsync(CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;

    /// <summary>Longer than a time-out, and not for ever: a little where there is none.</summary>
    public static Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
}
