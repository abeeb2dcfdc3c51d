namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Something scoped that a stream uses.</summary>
internal sealed class FeedScope(FeedLog log) : IDisposable
{
    public bool IsOpen { get; private set; } = true;

    public void Dispose()
    {
        IsOpen = false;
        log.ScopeEnded.TrySetResult();
    }
}
