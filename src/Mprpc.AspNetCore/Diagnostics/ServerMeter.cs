using System.Diagnostics.Metrics;
using Mprpc.AspNetCore.Connections;
using Mprpc.Connections;
using Mprpc.Diagnostics;
using Mprpc.Wire;

namespace Mprpc.AspNetCore.Diagnostics;

/// <summary>What the server counts. The tag's values are fixed: nothing that a peer sent makes a series.</summary>
internal sealed class ServerMeter : IDisposable
{
    private const int MaxCodesOfApplication = 100;
    private const string Endpoint = "mprpc.endpoint";

    private static readonly InstrumentAdvice<double> s_connectionAdvice = new()
    {
        HistogramBucketBoundaries = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 3600],
    };

    private readonly Meter? _own;
    private readonly ConnectionRegistry _connections;
    private readonly Histogram<double> _connectionDuration;
    private readonly Counter<long> _limitHits;
    private readonly Counter<long> _undelivered;

    /// <param name="factory">The application's, which disposes what it makes; null: a meter of our own.</param>
    /// <param name="connections">Those of the server, looked at when somebody asks.</param>
    public ServerMeter(IMeterFactory? factory, ConnectionRegistry connections)
    {
        _connections = connections;
        var options = new MeterOptions(MprpcTelemetry.ServerName) { TelemetrySchemaUrl = MprpcTelemetry.SchemaUrl };
        Meter meter = factory?.Create(options) ?? (_own = new Meter(options));
        CallDuration = CallTelemetry.CreateDuration(meter, CallAttributes.ServerDuration, "How long calls have taken that the server has served.");
        StreamItems = new StreamMeter(meter.CreateCounter<long>("mprpc.server.stream.items", "{item}", "How many items of streams have come and gone."));
        _connectionDuration = meter.CreateHistogram(
            "mprpc.server.connection.duration", "s", "How long connections have lasted that have ended.", tags: null, s_connectionAdvice);
        meter.CreateObservableUpDownCounter(
            "mprpc.server.connections", () => Observe(static _ => 1), "{connection}", "How many connections are open.");
        meter.CreateObservableUpDownCounter(
            "mprpc.server.active_calls",
            () => Observe(static connection => connection.RunningCalls.Count),
            "{call}",
            "How many calls run whose methods have not ended at once.");
        meter.CreateObservableUpDownCounter(
            "mprpc.server.streams", () => Observe(static connection => connection.StreamCount), "{stream}", "How many streams are open.");
        _limitHits = meter.CreateCounter<long>("mprpc.server.limit_hits", "{hit}", "How often connections have reached a limit of the server.");
        _undelivered = meter.CreateCounter<long>(
            "mprpc.server.undelivered", "{notification}", "How many notifications for many clients were not delivered to one of them.");
    }

    /// <summary>The durations of calls.</summary>
    public Histogram<double> CallDuration { get; }

    /// <summary>The items of streams.</summary>
    public StreamMeter StreamItems { get; }

    /// <summary>Which codes of errors make series. Of an application's own, which it may have made of data, only so many.</summary>
    public StatusCodes Codes { get; } = new(ErrorCode.All, MaxCodesOfApplication);

    /// <summary>A connection has ended.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="duration">How long it has lasted.</param>
    /// <param name="reason">Why; null: either side has closed it in good order.</param>
    public void OnConnectionEnded(RpcConnection connection, TimeSpan duration, Exception? reason)
    {
        if (!_connectionDuration.Enabled)
        {
            return;
        }

        var endpoint = new KeyValuePair<string, object?>(Endpoint, connection.Origin);

        if (connection.LimitHit is { } limit)
        {
            _connectionDuration.Record(duration.TotalSeconds, endpoint, new(CallAttributes.Error, TagOf(limit)));
        }
        else if (reason is not null)
        {
            _connectionDuration.Record(duration.TotalSeconds, endpoint, new(CallAttributes.Error, reason is MprpcProtocolException ? "message_shape" : "lost"));
        }
        else
        {
            _connectionDuration.Record(duration.TotalSeconds, endpoint);
        }
    }

    public void OnUndelivered(PushLosses losses)
    {
        Add("not_callable", losses.NotCallable);
        Add("too_large", losses.TooLarge);
        Add("not_encodable", losses.NotEncodable);
        Add("too_slow", losses.TooSlow);
        Add("no_metadata", losses.NoMetadata);
        Add("backplane", losses.Backplane);

        void Add(string reason, int count)
        {
            if (count > 0)
            {
                _undelivered.Add(count, new KeyValuePair<string, object?>("reason", reason));
            }
        }
    }

    public void OnLimitHit(ConnectionLimit limit) => _limitHits.Add(1, new KeyValuePair<string, object?>("limit", TagOf(limit)));

    public void Dispose() => _own?.Dispose();

    private List<Measurement<long>> Observe(Func<RpcConnection, long> count)
        => [.. _connections.CountByEndpoint(count).Select(
            static counted => new Measurement<long>(counted.Value, new KeyValuePair<string, object?>(Endpoint, counted.Key)))];

    private static string TagOf(ConnectionLimit limit) => limit switch
    {
        ConnectionLimit.MessageShape => "message_shape",
        ConnectionLimit.MessageSize => "message_size",
        ConnectionLimit.Depth => "depth",
        ConnectionLimit.PartialMessage => "partial_message",
        ConnectionLimit.WriteTimeout => "write_timeout",
        ConnectionLimit.Idle => "idle",
        ConnectionLimit.HalfClose => "half_close",
        ConnectionLimit.CallsInFlightPerConnection => "calls_in_flight_per_connection",
        ConnectionLimit.StreamCredit => "stream_credit",
        ConnectionLimit.UnsentAnswersPerConnection => "unsent_answers_per_connection",
        ConnectionLimit.UnsentAnswers => "unsent_answers",
        ConnectionLimit.Connections => "connections",
        ConnectionLimit.PendingPushes => "pending_pushes",
        _ => "calls_in_flight",
    };
}
