using System.Diagnostics.Metrics;
using Mprpc.Diagnostics;

namespace Mprpc.Client.Diagnostics;

/// <summary>What clients count: those of an application that has a factory of meters, or all others of the process. Safe for concurrent use.</summary>
internal sealed class ClientMeter : IDisposable
{
    private const string Client = "mprpc.client";
    private const string Outcome = "outcome";

    private static readonly Lazy<ClientMeter> s_shared = new(static () => new ClientMeter(factory: null));

    private readonly Lock _gate = new();
    private readonly List<WeakReference<ClientTelemetry>> _clients = [];
    private readonly Meter? _own;
    private readonly Counter<long> _reconnects;
    private readonly Counter<long> _repetitions;

    /// <param name="factory">The application's, which disposes what it makes; null: a meter of our own.</param>
    public ClientMeter(IMeterFactory? factory)
    {
        var options = new MeterOptions(MprpcTelemetry.ClientName) { TelemetrySchemaUrl = MprpcTelemetry.SchemaUrl };
        Meter meter = factory?.Create(options) ?? (_own = new Meter(options));
        CallDuration = CallTelemetry.CreateDuration(meter, CallAttributes.ClientDuration, "How long calls have taken that clients have made.");
        ServedDuration = CallTelemetry.CreateDuration(
            meter, CallAttributes.ServerDuration, "How long calls of servers have taken that clients have served.");
        _reconnects = meter.CreateCounter<long>(
            "mprpc.client.reconnects", "{attempt}", "How often a connection has taken the place of a lost one, and how often connecting has failed.");
        _repetitions = meter.CreateCounter<long>(
            "mprpc.client.repetitions", "{call}", "How often calls have been made again, and how often not for want of budget.");
        meter.CreateObservableUpDownCounter(
            "mprpc.client.connections", () => Observe(static client => client.Connections), "{connection}", "How many connections take calls.");
        meter.CreateObservableUpDownCounter(
            "mprpc.client.active_calls", () => Observe(static client => client.ActiveCalls), "{call}", "How many calls wait for their answers.");
    }

    /// <summary>That of clients without an application's services.</summary>
    public static ClientMeter Shared => s_shared.Value;

    /// <summary>The durations of the clients' calls.</summary>
    public Histogram<double> CallDuration { get; }

    /// <summary>The durations of the servers' calls that clients serve.</summary>
    public Histogram<double> ServedDuration { get; }

    /// <summary>A client is there, until it is disposed or forgotten.</summary>
    public void Add(ClientTelemetry client)
    {
        lock (_gate)
        {
            _clients.RemoveAll(static known => !known.TryGetTarget(out _));
            _clients.Add(new WeakReference<ClientTelemetry>(client));
        }
    }

    public void Remove(ClientTelemetry client)
    {
        lock (_gate)
        {
            _clients.RemoveAll(known => !known.TryGetTarget(out ClientTelemetry? other) || other == client);
        }
    }

    /// <summary>An attempt to connect has ended.</summary>
    public void OnReconnect(string client, bool isConnected)
        => _reconnects.Add(
            1, new KeyValuePair<string, object?>(Client, client), new KeyValuePair<string, object?>(Outcome, isConnected ? "connected" : "failed"));

    /// <summary>A call has failed that may be made again.</summary>
    /// <param name="client">The client's name.</param>
    /// <param name="reason">Why it failed.</param>
    /// <param name="isMade">Whether it is made again.</param>
    public void OnRepetition(string client, string reason, bool isMade)
        => _repetitions.Add(
            1,
            new KeyValuePair<string, object?>(Client, client),
            new KeyValuePair<string, object?>("reason", reason),
            new KeyValuePair<string, object?>(Outcome, isMade ? "repeated" : "over_budget"));

    public void Dispose() => _own?.Dispose();

    private List<Measurement<long>> Observe(Func<ClientTelemetry, long> count)
    {
        List<ClientTelemetry> clients = [];

        lock (_gate)
        {
            foreach (WeakReference<ClientTelemetry> known in _clients)
            {
                if (known.TryGetTarget(out ClientTelemetry? client))
                {
                    clients.Add(client);
                }
            }
        }

        // Several may have one name: they are one series.
        return [.. clients.GroupBy(static client => client.Name).Select(same
            => new Measurement<long>(same.Sum(count), new KeyValuePair<string, object?>(Client, same.Key)))];
    }
}
