namespace Mprpc.Comparison.Load;

/// <summary>Keeps a fixed number of calls in flight on connections that are already open.</summary>
internal interface ILoad : IAsyncDisposable
{
    Task<WindowReport> RunAsync(TimeSpan window);
}
