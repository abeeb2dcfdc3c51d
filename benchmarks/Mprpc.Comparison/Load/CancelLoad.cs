using System.Diagnostics;
using Mprpc.Comparison.Peers;

namespace Mprpc.Comparison.Load;

/// <summary>
/// Cancels one call after the other. When the method's token was told, the server says by the same clock: that of Stopwatch, which all processes of a machine
/// share. Questions go over a connection of their own, so that they find a place where the other has none.
/// </summary>
internal sealed class CancelLoad(Scenario scenario, IStreamClient client, IStreamClient questions) : ILoad
{
    private readonly LatencyHistogram _latencies = new();
    private readonly CancellationTokenSource _held = new();
    private readonly List<Task> _holding = [];
    private int _number;

    public async Task<WindowReport> RunAsync(TimeSpan window)
    {
        while (_holding.Count < scenario.InFlight)
        {
            _holding.Add(HoldAsync(++_number));
            await questions.BegunAsync(_number);
        }

        var current = new LoadWindow(window, _latencies);
        using var timer = new Timer(static window => ((LoadWindow)window!).Stop(), current, window, Timeout.InfiniteTimeSpan);
        long calls = 0;

        while (!current.IsOver)
        {
            int number = ++_number;
            using var source = new CancellationTokenSource();
            Task call = client.WaitForCancelAsync(number, source.Token);
            await questions.BegunAsync(number);

            long cancelledAt = Stopwatch.GetTimestamp();
            await source.CancelAsync();
            current.RecordTicks(await questions.CancelledAtAsync(number) - cancelledAt);
            await EndAsync(call);
            calls++;
        }

        return current.Close(calls);
    }

    public async ValueTask DisposeAsync()
    {
        await _held.CancelAsync();
        await Task.WhenAll(_holding);
        await client.DisposeAsync();
        await questions.DisposeAsync();
        _held.Dispose();
    }

    private Task HoldAsync(int number) => EndAsync(client.WaitForCancelAsync(number, _held.Token));

    // Systems differ in what a cancelled call throws.
    private static async Task EndAsync(Task call) => await call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
