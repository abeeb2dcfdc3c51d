using System.Collections.Concurrent;
using System.Net;
using Mprpc.Comparison.Peers;

namespace Mprpc.Comparison.Load;

/// <summary>Has the server send to all clients, one batch of messages ahead of what they have got.</summary>
internal sealed class BroadcastLoad : ILoad
{
    private const int Batch = 8;

    private readonly LatencyHistogram _latencies = new();
    private readonly ConcurrentBag<IAsyncDisposable> _clients = [];
    private readonly Deliveries _deliveries = new();
    private readonly IStreamClient _control;
    private readonly int _readers;
    private long _sent;

    private BroadcastLoad(IStreamClient control, int readers) => (_control, _readers) = (control, readers);

    public static async Task<ILoad> OpenAsync(CallPeer peer, IPEndPoint server, Scenario scenario)
    {
        var load = new BroadcastLoad((IStreamClient)await peer.DialAsync(server), scenario.Connections - scenario.InFlight);
        await load.OpenAsync(load._readers, () => peer.DialPushedAsync(server, load._deliveries.Add));
        await load.OpenAsync(scenario.InFlight, () => peer.DialStalledAsync(server));

        if (scenario.InFlight > 0)
        {
            await load._control.FillStalledAsync();
        }

        return load;
    }

    public async Task<WindowReport> RunAsync(TimeSpan window)
    {
        var current = new LoadWindow(window, _latencies);
        using var timer = new Timer(static window => ((LoadWindow)window!).Stop(), current, window, Timeout.InfiniteTimeSpan);
        long before = _sent;

        while (!current.IsOver)
        {
            await _control.BroadcastAsync(Batch);
            await _deliveries.WaitForAsync(_sent);
            _sent += (long)Batch * _readers;
        }

        await _deliveries.WaitForAsync(_sent);
        return current.Close(_sent - before);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable client in _clients)
        {
            await client.DisposeAsync();
        }

        await _control.DisposeAsync();
    }

    private Task OpenAsync(int count, Func<Task<IAsyncDisposable>> dial) =>
        Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (_, _) => _clients.Add(await dial()));
}
