using System.Collections.Concurrent;
using System.Diagnostics;

namespace Mprpc.AspNetCore.Tests.Telemetry.Kit;

/// <summary>The spans that have ended, of the whole process: tests find theirs by a trace, or by names that no other has.</summary>
internal sealed class SpanRecorder : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly ConcurrentQueue<Activity> _spans = new();

    public SpanRecorder(params string[] sources)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("Mprpc.", StringComparison.Ordinal) || sources.Contains(source.Name),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public Activity[] Named(string name) => [.. _spans.Where(span => span.DisplayName == name)];

    public Activity[] OfTrace(ActivityTraceId trace) => [.. _spans.Where(span => span.TraceId == trace)];

    /// <summary>The one span of a name and kind, once it has ended.</summary>
    public async Task<Activity> OneAsync(string name, ActivityKind kind)
    {
        await Bounded.Until(() => Named(name).Any(span => span.Kind == kind), $"a span {kind} '{name}'");
        return Named(name).Single(span => span.Kind == kind);
    }

    public void Dispose() => _listener.Dispose();
}
