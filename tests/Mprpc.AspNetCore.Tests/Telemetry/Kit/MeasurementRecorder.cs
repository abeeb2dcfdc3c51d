using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Mprpc.AspNetCore.Tests.Telemetry.Kit;

/// <summary>What one application's meters of ours record, as an exporter would see it.</summary>
internal sealed class MeasurementRecorder : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Measured> _measured = new();

    /// <param name="services">The application's, whose meters count alone: those of other tests run beside.</param>
    public MeasurementRecorder(IServiceProvider services)
        : this(meter => meter.Scope == services.GetRequiredService<IMeterFactory>())
    {
    }

    public MeasurementRecorder(Func<Meter, bool> isOurs)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("Mprpc.", StringComparison.Ordinal) && isOurs(instrument.Meter))
            {
                Instruments.Enqueue(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public ConcurrentQueue<Instrument> Instruments { get; } = new();

    /// <summary>What was recorded by an instrument so far, in turn.</summary>
    public Measured[] Of(string instrument) => [.. _measured.Where(measured => measured.Instrument == instrument)];

    /// <summary>The attributes of each call that was served, without the system's, which all have.</summary>
    public string[] Served
        => [.. Of("rpc.server.call.duration").Select(call => call.Tags.Replace(";rpc.system.name=msgpackrpc", "", StringComparison.Ordinal))];

    /// <summary>What an observable instrument says at this moment, by its attributes.</summary>
    public Dictionary<string, double> Observe(string instrument)
    {
        int before = _measured.Count;
        _listener.RecordObservableInstruments();
        return _measured.Skip(before).Where(measured => measured.Instrument == instrument).ToDictionary(measured => measured.Tags, measured => measured.Value);
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        IEnumerable<string> texts = tags.ToArray()
            .OrderBy(tag => tag.Key, StringComparer.Ordinal)
            .Select(tag => string.Create(CultureInfo.InvariantCulture, $"{tag.Key}={tag.Value}"));
        _measured.Enqueue(new Measured(instrument.Name, value, string.Join(";", texts)));
    }

    public sealed record Measured(string Instrument, double Value, string Tags);
}
