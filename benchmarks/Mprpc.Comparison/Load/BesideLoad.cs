using Mprpc.Comparison.Peers;

namespace Mprpc.Comparison.Load;

/// <summary>
/// Calls for one half of the window alone, for the other beside streams, in an order that changes from window to window: the ratio of both is what counts.
/// </summary>
internal sealed class BesideLoad : ILoad
{
    private readonly Scenario _scenario;
    private readonly IStreamClient _streams;
    private readonly CallLoad _alone;
    private readonly CallLoad _beside;
    private readonly LatencyHistogram _unused = new();
    private readonly List<IAsyncDisposable> _stalled = [];
    private int _windows;

    /// <param name="scenario">What runs beside the calls.</param>
    /// <param name="caller">The connection of the calls, and of the streams where they are to be on the same.</param>
    /// <param name="other">Another one: for the streams, or for the calls beside which nothing is.</param>
    public BesideLoad(Scenario scenario, ICallClient caller, ICallClient other)
    {
        Scenario calls = Scenario.Named("s2-64");
        _scenario = scenario;
        _beside = new CallLoad(calls, [caller]);
        _alone = new CallLoad(calls, [scenario.Operation == Operation.SumBesideStalled ? other : caller]);
        _streams = (IStreamClient)(scenario.Operation == Operation.SumBesideConnection ? other : caller);
        Connections = [caller, other];
    }

    private ICallClient[] Connections { get; }

    public async Task<WindowReport> RunAsync(TimeSpan window)
    {
        TimeSpan half = window / 2;
        bool isAloneFirst = _windows++ % 2 == 0;

        while (_scenario.Operation == Operation.SumBesideStalled && _stalled.Count < Scenario.StalledStreams)
        {
            _stalled.Add(await _streams.OpenStalledAsync());
        }

        WindowReport? alone = isAloneFirst ? await _alone.RunAsync(half) : null;
        WindowReport beside = await RunBesideAsync(half);
        alone ??= await _alone.RunAsync(half);
        return beside with { P99Alone = alone.P99 };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable connection in Connections)
        {
            await connection.DisposeAsync();
        }
    }

    private async Task<WindowReport> RunBesideAsync(TimeSpan half)
    {
        if (_scenario.Operation == Operation.SumBesideStalled)
        {
            return await _beside.RunAsync(half);
        }

        var streaming = new LoadWindow(half, _unused);
        Task<long> stream = Task.Run(() => _streams.ReadAsync(Operation.Stream, streaming));
        WindowReport report = await _beside.RunAsync(half);
        streaming.Stop();

        if (await stream == 0)
        {
            throw new InvalidOperationException($"{_scenario.Name}: the stream brought nothing beside the calls.");
        }

        await _streams.DrainAsync();
        return report;
    }
}
