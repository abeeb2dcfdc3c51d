namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Something scoped whose disposal takes its time.</summary>
internal sealed class Lease(LeaseLog log) : IAsyncDisposable
{
    public bool IsOver { get; private set; }

    public async ValueTask DisposeAsync()
    {
        IsOver = true;
        await Task.Yield();
        log.Add("disposed");
    }
}
