using System.Diagnostics.Metrics;
using Mprpc.Diagnostics;

namespace Mprpc.AspNetCore.Diagnostics;

/// <summary>What the server counts. The tag's values are fixed: nothing that a peer sent makes a series.</summary>
internal sealed class ServerMeter : IDisposable
{
    public const string Name = "Mprpc.Server";

    private readonly Meter? _own;
    private readonly Counter<long> _limitHits;
    private readonly Counter<long> _undelivered;

    /// <param name="factory">The application's, which disposes what it makes; null: a meter of our own.</param>
    public ServerMeter(IMeterFactory? factory)
    {
        Meter meter = factory?.Create(Name) ?? (_own = new Meter(Name));
        _limitHits = meter.CreateCounter<long>("mprpc.server.limit_hits", "{hit}", "How often connections have reached a limit of the server.");
        _undelivered = meter.CreateCounter<long>(
            "mprpc.server.undelivered", "{notification}", "How many notifications for many clients were not delivered to one of them.");
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
