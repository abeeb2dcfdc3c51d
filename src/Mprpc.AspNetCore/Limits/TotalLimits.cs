using System.Globalization;
using Microsoft.Extensions.Options;
using Mprpc.Connections;
using Mprpc.Streams;

namespace Mprpc.AspNetCore.Limits;

/// <summary>The limits of the whole server: objects that all its connections share, so that a change is everyone's at once.</summary>
/// <remarks>Reading is safe for concurrent use; setting is for one at a time.</remarks>
internal sealed class TotalLimits
{
    private MprpcServerLimits _limits;
    private volatile int _maxConnections;

    /// <exception cref="OptionsValidationException">An option is out of its range.</exception>
    public TotalLimits(IOptions<MprpcServerOptions> options)
    {
        _limits = options.Value.Limits.Clone();
        _maxConnections = _limits.MaxConnections ?? int.MaxValue;
        CountsConnections = _limits.MaxConnections is not null;
        RunningCalls = new RunningCallsTotal(_limits.MaxCallsInFlight, _limits.MaxUnsentAnswerBytesTotal);
        Streams = new StreamBudget(_limits.MaxStreamBytesTotal, _limits.MaxStreamBytesTotal);
    }

    public RunningCallsTotal RunningCalls { get; }

    public StreamBudget Streams { get; }

    /// <summary>Whether connections are counted: where they had no limit at the start, nothing stands before them that could.</summary>
    public bool CountsConnections { get; }

    /// <summary>How many connections an endpoint may have now.</summary>
    public int MaxConnections => _maxConnections;

    /// <summary>Sets what can be set while the server runs.</summary>
    /// <returns>What is different from before, for the log; null: nothing.</returns>
    public string? Set(MprpcServerLimits limits)
    {
        MprpcServerLimits before = _limits;
        _limits = limits.Clone();
        List<string> changes = [];
        Note(nameof(limits.MaxCallsInFlight), before.MaxCallsInFlight, limits.MaxCallsInFlight);
        Note(nameof(limits.MaxUnsentAnswerBytesTotal), before.MaxUnsentAnswerBytesTotal, limits.MaxUnsentAnswerBytesTotal);
        Note(nameof(limits.MaxStreamBytesTotal), before.MaxStreamBytesTotal, limits.MaxStreamBytesTotal);

        if (CountsConnections)
        {
            Note(nameof(limits.MaxConnections), before.MaxConnections, limits.MaxConnections);
            _maxConnections = limits.MaxConnections ?? int.MaxValue;
        }

        RunningCalls.ChangeLimits(limits.MaxCallsInFlight, limits.MaxUnsentAnswerBytesTotal);
        Streams.ChangeLimit(limits.MaxStreamBytesTotal);
        return changes.Count == 0 ? null : string.Join(", ", changes);

        void Note(string limit, long? old, long? now)
        {
            if (old != now)
            {
                changes.Add($"{limit} is {Text(now)} (was {Text(old)})");
            }
        }
    }

    private static string Text(long? limit) => limit?.ToString("N0", CultureInfo.InvariantCulture) ?? "none";
}
