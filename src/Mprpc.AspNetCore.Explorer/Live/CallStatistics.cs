using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Mprpc.AspNetCore.Diagnostics;
using Mprpc.Diagnostics;

namespace Mprpc.AspNetCore.Explorer.Live;

/// <summary>Listens to the server's meter from its making to its end: calls cost something by it, so that it is there only while somebody watches.</summary>
/// <remarks>Safe for concurrent use. The names of methods are published ones: a peer makes no entry.</remarks>
internal sealed class CallStatistics : IDisposable
{
    private const string LimitHits = "mprpc.server.limit_hits";
    private const string Limit = "limit";

    private readonly ConcurrentDictionary<string, MethodCalls> _methods = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _limits = new(StringComparer.Ordinal);
    private readonly MethodCalls _all = new("");
    private readonly MeterListener _listener = new();

    /// <param name="meter">The application's own: a process may have several servers.</param>
    public CallStatistics(ServerMeter meter)
    {
        Instrument calls = meter.CallDuration;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument == calls || (instrument.Meter == calls.Meter && instrument.Name == LimitHits))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) => OnCall(seconds, tags));
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) => OnLimitHit(count, tags));
        _listener.Start();
    }

    /// <summary>How often each limit was reached.</summary>
    public IReadOnlyDictionary<string, long> Limits => _limits;

    public void Dispose() => _listener.Dispose();

    /// <summary>All methods together, and each.</summary>
    /// <param name="seconds">How long it is since this was last asked.</param>
    public (MethodFigures All, IReadOnlyList<MethodFigures> Methods) Turn(double seconds)
        => (_all.Turn(seconds), [.. _methods.Values.Select(method => method.Turn(seconds))]);

    private void OnCall(double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string method = "";
        bool isError = false;

        foreach (KeyValuePair<string, object?> tag in tags)
        {
            if (tag.Key == CallAttributes.Method)
            {
                method = tag.Value as string ?? "";
            }
            else if (tag.Key == CallAttributes.Error)
            {
                isError = true;
            }
        }

        // The protocol's own, as those by which the page learns what there is, are no calls of the application.
        if (method.StartsWith("$/", StringComparison.Ordinal))
        {
            return;
        }

        _all.Add(seconds, isError);
        _methods.GetOrAdd(method, static name => new MethodCalls(name)).Add(seconds, isError);
    }

    private void OnLimitHit(long count, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            if (tag.Key == Limit && tag.Value is string limit)
            {
                _limits.AddOrUpdate(limit, count, (_, before) => before + count);
            }
        }
    }
}
