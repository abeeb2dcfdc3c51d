using Mprpc;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Snippets.Telemetry;

internal static class Telemetry
{
    public static void AddOpenTelemetry(WebApplicationBuilder builder)
    {
        // snippet: telemetry/opentelemetry
        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddMeter(MprpcTelemetry.ServerName, MprpcTelemetry.ClientName).AddOtlpExporter())
            .WithTracing(traces => traces.AddSource(MprpcTelemetry.ServerName, MprpcTelemetry.ClientName).AddOtlpExporter());
        // end snippet
    }
}
