using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Mprpc.AspNetCore.Tests.Limits;

/// <summary>The limits of one host that are reached, as its meter counts them.</summary>
internal sealed class LimitHitRecorder : IDisposable
{
    private readonly MeterListener _listener = new();

    public LimitHitRecorder(RpcHost host)
    {
        var factory = host.App.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter is { Name: "Mprpc.Server" } meter && meter.Scope == factory && instrument.Name == "mprpc.server.limit_hits")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            Assert.Equal(1, value);
            Hits.Enqueue((string)Assert.Single(tags.ToArray()).Value!);
        });
        _listener.Start();
    }

    public ConcurrentQueue<string> Hits { get; } = new();

    public void Dispose() => _listener.Dispose();
}
