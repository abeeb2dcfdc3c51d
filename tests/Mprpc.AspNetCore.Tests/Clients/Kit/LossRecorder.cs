using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Mprpc.AspNetCore.Tests.Clients.Kit;

/// <summary>What one host has not delivered, as its meter counts it.</summary>
internal sealed class LossRecorder : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _losses = new();

    public LossRecorder(RpcHost host)
    {
        var factory = host.App.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter is { Name: "Mprpc.Server" } meter && meter.Scope == factory && instrument.Name == "mprpc.server.undelivered")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>(
            (_, value, tags, _) => _losses.AddOrUpdate((string)tags[0].Value!, value, (_, before) => before + value));
        _listener.Start();
    }

    public long Of(string reason) => _losses.GetValueOrDefault(reason);

    public void Dispose() => _listener.Dispose();
}
