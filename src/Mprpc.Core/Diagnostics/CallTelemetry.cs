using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Mprpc.Diagnostics;

/// <summary>
/// Where calls are measured: their durations, their spans, their lines of the log. Each call passes once when it begins and once when it has ended, and not at
/// all while nobody listens. Safe for concurrent use; one serves all calls of an endpoint or a client.
/// </summary>
internal sealed class CallTelemetry
{
    // From 10 µs on, where the convention's 14 boundaries begin at 5 ms: a superset, so that its queries give the same.
    private static readonly InstrumentAdvice<double> s_advice = new()
    {
        HistogramBucketBoundaries = [0.00001, 0.0001, 0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    private readonly Histogram<double> _duration;
    private readonly ActivitySource _source;
    private readonly ActivityKind _kind;
    private readonly StatusCodes _codes;
    private readonly TimeProvider _clock;
    private readonly double _secondsPerTick;

    /// <param name="duration">What <see cref="CreateDuration"/> has made.</param>
    /// <param name="source">Makes the spans.</param>
    /// <param name="kind">Which side this is.</param>
    /// <param name="codes">Which codes of errors make series.</param>
    /// <param name="clock">The time.</param>
    public CallTelemetry(Histogram<double> duration, ActivitySource source, ActivityKind kind, StatusCodes codes, TimeProvider clock)
    {
        _duration = duration;
        _source = source;
        _kind = kind;
        _codes = codes;
        _clock = clock;
        _secondsPerTick = 1d / clock.TimestampFrequency;
    }

    /// <summary>Gets a line a call at level Debug; null: there is no log.</summary>
    public ILogger? Log { get; init; }

    /// <summary>Whether anybody listens.</summary>
    public bool IsObserved => _duration.Enabled || _source.HasListeners() || Log?.IsEnabled(LogLevel.Debug) == true;

    /// <summary>Whether spans are listened to.</summary>
    public bool Traces => _source.HasListeners();

    /// <summary>The moment, as a timestamp that is never 0.</summary>
    public long Now => _clock.GetTimestamp() is var now && now != 0 ? now : 1;

    /// <summary>Makes the histogram of the durations of calls.</summary>
    public static Histogram<double> CreateDuration(Meter meter, string name, string description)
        => meter.CreateHistogram(name, "s", description, tags: null, s_advice);

    /// <summary>The moment if anybody listens, else 0. Asked once a read by loops, and once a call by clients.</summary>
    public long Begin() => IsObserved ? Now : 0;

    /// <summary>Begins the span of a call that is served, and makes it the current one; whatever was current is not its parent.</summary>
    /// <param name="series">The method's.</param>
    /// <param name="trace">What the peer said of its trace.</param>
    /// <param name="from">What the connection came in; null: nothing.</param>
    /// <returns>Null: nobody wants it.</returns>
    public Activity? StartServed(CallSeries series, in RemoteTrace trace, Activity? from)
    {
        Activity.Current = null;

        try
        {
            return _source.StartActivity(series.SpanName, _kind, trace.Parent ?? default, series.Succeeded, Links(trace, from));
        }
        catch (Exception)
        {
            return null;        // it is the application's listener that throws: no call is lost by that
        }
    }

    /// <summary>Begins the span of a call that is made, and makes it the current one, inside the one that was.</summary>
    /// <returns>Null: nobody wants it.</returns>
    public Activity? StartMade(CallSeries series)
    {
        try
        {
            return _source.StartActivity(series.SpanName, _kind, parentContext: default, series.Succeeded);
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>A call was answered, or was given up.</summary>
    /// <param name="started">When it began, as <see cref="Begin"/> gave it; not 0.</param>
    /// <param name="span">Its span; null: it has none.</param>
    /// <param name="series">Its method's.</param>
    /// <param name="outcome">What has come of it.</param>
    /// <param name="connectionId">For the log; null: it is not logged.</param>
    /// <returns>The moment.</returns>
    public long End(long started, Activity? span, CallSeries series, in CallOutcome outcome, string? connectionId = null)
    {
        long now = Now;
        double seconds = (now - started) * _secondsPerTick;

        try
        {
            Record(seconds, span, series, outcome);
        }
        catch (Exception)
        {
            // As above.
        }

        if (connectionId is not null && Log?.IsEnabled(LogLevel.Debug) == true)
        {
            ProtocolLog.CallServed(Log, series.Method, connectionId, seconds * 1000, outcome.IsSuccess ? "ok" : _codes.Of(outcome.Code));
        }

        return now;
    }

    private void Record(double seconds, Activity? span, CallSeries series, in CallOutcome outcome)
    {
        if (outcome.IsSuccess)
        {
            _duration.Record(seconds, series.Succeeded);
        }
        else
        {
            string? status = outcome.HasAnswer ? _codes.Of(outcome.Code) : null;
            string error = status ?? outcome.Code!;
            _duration.Record(seconds, series.Failed(status, error));
            Fail(span, status, error);
        }

        if (span is not null)
        {
            Stop(span);
        }
    }

    private static List<ActivityLink>? Links(in RemoteTrace trace, Activity? from)
    {
        List<ActivityLink>? links = null;

        if (trace.Link is { } linked)
        {
            (links ??= []).Add(new ActivityLink(linked));
        }

        if (from is not null && trace.Parent is null)
        {
            (links ??= []).Add(new ActivityLink(from.Context));
        }

        return links;
    }

    private static void Fail(Activity? span, string? status, string error)
    {
        if (span is null)
        {
            return;
        }

        span.SetStatus(ActivityStatusCode.Error);
        span.SetTag(CallAttributes.Error, error);

        if (status is not null)
        {
            span.SetTag(CallAttributes.Status, status);
        }
    }

    /// <summary>Ends a span on whichever thread, whose own current span stays what it is.</summary>
    private static void Stop(Activity span)
    {
        Activity? current = Activity.Current;
        span.Stop();

        if (current != span && Activity.Current != current)
        {
            Activity.Current = current;
        }
    }
}
