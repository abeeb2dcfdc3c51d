using Mprpc.Comparison.Peers;

namespace Mprpc.Comparison.Load;

/// <summary>The one driver of all systems that stream: each stream is opened at the beginning of a window and ended with it, and every item is looked at.</summary>
internal sealed class StreamLoad(Scenario scenario, IReadOnlyList<IStreamClient> clients) : ILoad
{
    private readonly LatencyHistogram _latencies = new();

    public async Task<WindowReport> RunAsync(TimeSpan window)
    {
        var current = new LoadWindow(window, _latencies);
        using var timer = new Timer(static window => ((LoadWindow)window!).Stop(), current, window, Timeout.InfiniteTimeSpan);
        Task<long>[] streams = [.. clients.SelectMany(client => Enumerable.Range(0, scenario.InFlight).Select(_ => RunAsync(client, current)))];
        long[] items = await Task.WhenAll(streams);
        await Task.WhenAll(clients.Select(client => client.DrainAsync()));

        // What was fed is counted by its consumer, so that the end of the last item counts; what was read is counted until the time had come.
        return current.Close(items.Sum(), isUntilStopped: scenario.Operation != Operation.Feed);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IStreamClient client in clients)
        {
            await client.DisposeAsync();
        }
    }

    private async Task<long> RunAsync(IStreamClient client, LoadWindow window)
    {
        await Task.Yield();

        try
        {
            return scenario.Operation switch
            {
                Operation.Feed => await client.FeedAsync(window),
                _ => await client.ReadAsync(scenario.Operation, window),
            };
        }
        catch
        {
            window.Abort();
            throw;
        }
    }
}
