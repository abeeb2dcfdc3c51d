using System.Diagnostics;

namespace Mprpc;

/// <summary>
/// The names by which an application finds the metrics and traces of this library: each is that of a <see cref="System.Diagnostics.Metrics.Meter"/> and of an
/// <see cref="ActivitySource"/>. Immutable and safe for concurrent use.
/// </summary>
/// <remarks>
/// With OpenTelemetry: <c>metrics.AddMeter(MprpcTelemetry.ServerName)</c>, <c>tracing.AddSource(MprpcTelemetry.ServerName)</c>, or both sides at once by
/// <c>"Mprpc.*"</c>. The library itself depends on no such package. What is measured is in docs/telemetry.md.
/// </remarks>
public static class MprpcTelemetry
{
    /// <summary>The name of a server's meter and activity source: <c>Mprpc.Server</c>.</summary>
    public static string ServerName => "Mprpc.Server";

    /// <summary>The name of the clients' meter and activity source: <c>Mprpc.Client</c>.</summary>
    public static string ClientName => "Mprpc.Client";

    /// <summary>The version of OpenTelemetry's semantic conventions that the names of metrics and attributes are from, as its schema's URL.</summary>
    public static string SchemaUrl => "https://opentelemetry.io/schemas/1.45.0";

    /// <summary>Where the spans of served calls come from.</summary>
    internal static ActivitySource ServerSource { get; } = new(new ActivitySourceOptions(ServerName) { TelemetrySchemaUrl = SchemaUrl });

    /// <summary>Where the spans of calls come from that clients make.</summary>
    internal static ActivitySource ClientSource { get; } = new(new ActivitySourceOptions(ClientName) { TelemetrySchemaUrl = SchemaUrl });
}
