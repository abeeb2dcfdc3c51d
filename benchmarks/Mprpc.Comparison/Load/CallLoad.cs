using System.Diagnostics;
using Mprpc.Comparison.Peers;
using Mprpc.Comparison.Service;

namespace Mprpc.Comparison.Load;

/// <summary>The one driver of all systems that make calls: an async loop for each call in flight, each awaiting its answer and checking it.</summary>
internal sealed class CallLoad : ILoad
{
    private readonly Scenario _scenario;
    private readonly IReadOnlyList<ICallClient> _clients;
    private readonly LatencyHistogram _latencies = new();
    private readonly byte[] _payload = new byte[Scenario.EchoBytes];
    private readonly Order _order = Order.Sample(Scenario.OrderLines);
    private readonly long _sampleMask;

    public CallLoad(Scenario scenario, IReadOnlyList<ICallClient> clients)
    {
        _scenario = scenario;
        _clients = clients;
        _sampleMask = scenario.InFlight <= 8 ? 0 : 15;
        Random.Shared.NextBytes(_payload);
    }

    public async Task<WindowReport> RunAsync(TimeSpan window)
    {
        var current = new LoadWindow(window, _latencies);
        var loops = new List<Task<long>>(_clients.Count * _scenario.InFlight);
        foreach (ICallClient client in _clients)
        {
            for (int i = 0; i < _scenario.InFlight; i++)
            {
                loops.Add(LoopAsync(client, loops.Count, current));
            }
        }

        long[] calls = await Task.WhenAll(loops);
        return current.Close(calls.Sum());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ICallClient client in _clients)
        {
            await client.DisposeAsync();
        }
    }

    private async Task<long> LoopAsync(ICallClient client, int number, LoadWindow window)
    {
        // A call may complete synchronously; the other loops shall start all the same.
        await Task.Yield();

        long calls = 0;
        try
        {
            while (!window.IsOver)
            {
                bool isSampled = ((calls + number) & _sampleMask) == 0;
                long sentAt = isSampled ? Stopwatch.GetTimestamp() : 0;

                int a = number & 63;
                int b = (int)calls & 31;
                int answer = await CallAsync(client, a, b);
                int expected = Expected(a, b);
                if (answer != expected)
                {
                    throw new InvalidOperationException($"{_scenario.Name}: the answer was {answer}, not {expected}.");
                }

                calls++;
                if (isSampled)
                {
                    window.Record(sentAt);
                }
            }
        }
        catch
        {
            window.Abort();
            throw;
        }

        return calls;
    }

    private ValueTask<int> CallAsync(ICallClient client, int a, int b) => _scenario.Operation switch
    {
        Operation.Sum => client.SumAsync(a, b),
        Operation.SumLater => client.SumLaterAsync(a, b),
        Operation.Echo => client.EchoAsync(_payload),
        Operation.Price => client.PriceAsync(_order),
        _ => throw new InvalidOperationException($"{_scenario.Name} makes no calls."),
    };

    private int Expected(int a, int b) => _scenario.Operation switch
    {
        Operation.Echo => Scenario.EchoBytes,
        Operation.Price => Scenario.OrderLines,
        _ => a + b,
    };
}
