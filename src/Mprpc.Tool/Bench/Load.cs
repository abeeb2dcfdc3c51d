using System.Diagnostics;
using Mprpc.Client;

namespace Mprpc.Tool.Bench;

/// <summary>Calls over several connections at once, measured.</summary>
/// <param name="clients">A client for each connection.</param>
/// <param name="method">The method.</param>
/// <param name="arguments">Its arguments, encoded.</param>
/// <param name="plan">How much, and for how long.</param>
internal sealed class Load(IReadOnlyList<MprpcClient> clients, string method, object?[] arguments, LoadPlan plan)
{
    private readonly Measurement[] _measurements = [.. clients.Select(_ => new Measurement())];
    private long _start;

    /// <summary>How much of the time that is measured is over.</summary>
    public TimeSpan Measured
    {
        get
        {
            TimeSpan measured = _start == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_start) - plan.WarmUp;
            return measured < TimeSpan.Zero ? TimeSpan.Zero : measured;
        }
    }

    /// <summary>Makes the calls; cancelled, it ends early, with what has been measured until then.</summary>
    /// <returns>How long was measured.</returns>
    public async Task<TimeSpan> RunAsync(CancellationToken cancellationToken)
    {
        _start = Stopwatch.GetTimestamp();

        // Each on a thread of its own to begin with: a call that is answered at once goes on where it was made.
        await Task.WhenAll(Enumerable.Range(0, plan.Callers).Select(number => Task.Run(
            () => new Caller(clients[number % clients.Count], method, arguments, plan, number)
                .RunAsync(_start, _measurements[number % clients.Count], cancellationToken),
            CancellationToken.None)));
        return Measured;
    }

    /// <summary>What has been measured so far, on all connections.</summary>
    public Measurement Total()
    {
        var total = new Measurement();

        foreach (Measurement measurement in _measurements)
        {
            total.Add(measurement);
        }

        return total;
    }
}
