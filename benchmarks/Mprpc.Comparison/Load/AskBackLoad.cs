using Mprpc.Comparison.Peers;

namespace Mprpc.Comparison.Load;

/// <summary>Lets the server call its client: there are the loops, here the answers.</summary>
internal sealed class AskBackLoad(IStreamClient client) : ILoad
{
    private readonly LatencyHistogram _latencies = new();

    public async Task<WindowReport> RunAsync(TimeSpan window)
    {
        var current = new LoadWindow(window, _latencies);
        return current.Close(await client.AskBackAsync((int)window.TotalMilliseconds));
    }

    public ValueTask DisposeAsync() => client.DisposeAsync();
}
