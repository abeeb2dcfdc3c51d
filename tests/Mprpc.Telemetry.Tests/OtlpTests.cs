using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Mprpc.Telemetry.Tests;

/// <summary>What a collector gets by OTLP.</summary>
public sealed class OtlpTests
{
    [Fact]
    public async Task MetricsAndTraces_OfBothSides_ReachACollector()
    {
        await using Collector collector = await Collector.StartAsync();

        await using (TestApplication app = await TestApplication.StartAsync(telemetry => telemetry
            .WithMetrics(metrics => metrics.AddMeter("Mprpc.*").AddOtlpExporter(options => Set(options, collector, "metrics")))
            .WithTracing(traces => traces.AddSource("Mprpc.*").AddOtlpExporter(options => Set(options, collector, "traces")))))
        {
            await app.WorkAsync();
        }   // what is left goes out with the stop

        string[] metrics = collector.Texts("/v1/metrics");
        string[] traces = collector.Texts("/v1/traces");
        string[] ofMetrics =
        [
            "Mprpc.Server", "Mprpc.Client", "rpc.server.call.duration", "rpc.client.call.duration", "mprpc.server.connections", "mprpc.client.reconnects",
            "rpc.system.name", "msgpackrpc", "rpc.method", "sum", "rpc.status_code", "not_today", "server.address",
        ];
        string[] ofTraces = ["Mprpc.Server", "Mprpc.Client", "sum", "count", "network.peer.address"];
        Assert.Empty(ofMetrics.Except(metrics));
        Assert.Empty(ofTraces.Except(traces));
    }

    private static void Set(OtlpExporterOptions options, Collector collector, string signal)
    {
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
        options.Endpoint = new Uri(collector.Http, $"/v1/{signal}");
    }

    /// <summary>Takes what is exported, and answers with an empty message: all was accepted.</summary>
    private sealed class Collector(WebApplication app, ConcurrentQueue<(string Path, byte[] Body)> received) : IAsyncDisposable
    {
        public Uri Http => new(app.Urls.Single());

        public static async Task<Collector> StartAsync()
        {
            WebApplicationBuilder builder = WebApplication.CreateBuilder(["--urls", "http://127.0.0.1:0", "--hostBuilder:reloadConfigOnChange=false"]);
            builder.Logging.ClearProviders();
            WebApplication app = builder.Build();
            ConcurrentQueue<(string, byte[])> received = new();
            app.MapPost("/v1/{signal}", async (HttpRequest request) =>
            {
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body);
                received.Enqueue((request.Path, body.ToArray()));
                return Results.Bytes([], "application/x-protobuf");
            });
            await app.StartAsync().InTime();
            return new Collector(app, received);
        }

        /// <summary>All texts in the messages that a path has got.</summary>
        public string[] Texts(string path)
        {
            HashSet<string> texts = [];

            foreach ((string to, byte[] body) in received)
            {
                if (to == path)
                {
                    AddTexts(body, texts);
                }
            }

            return [.. texts];
        }

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync().InTime();
            await app.DisposeAsync();
        }

        /// <summary>Protocol Buffers: what has a length is a text, bytes or another message; each is tried as both.</summary>
        private static bool AddTexts(ReadOnlySpan<byte> message, HashSet<string> texts)
        {
            HashSet<string> found = [];

            while (!message.IsEmpty)
            {
                if (!TryReadNumber(ref message, out ulong tag) || tag >> 3 == 0)
                {
                    return false;
                }

                int skipped = (tag & 7) switch { 1 => 8, 5 => 4, _ => 0 };
                ulong length = (ulong)skipped;

                if ((tag & 7) is 0)
                {
                    if (!TryReadNumber(ref message, out _))
                    {
                        return false;
                    }

                    continue;
                }

                if (((tag & 7) is 2 && !TryReadNumber(ref message, out length)) || (tag & 7) is 3 or 4 or 6 or 7 || length > (ulong)message.Length)
                {
                    return false;
                }

                ReadOnlySpan<byte> value = message[..(int)length];
                message = message[(int)length..];

                if ((tag & 7) is 2)
                {
                    found.Add(Encoding.UTF8.GetString(value));
                    _ = AddTexts(value, found);
                }
            }

            texts.UnionWith(found);
            return true;
        }

        private static bool TryReadNumber(ref ReadOnlySpan<byte> bytes, out ulong number)
        {
            number = 0;

            for (int shift = 0; shift < 64 && !bytes.IsEmpty; shift += 7)
            {
                byte next = bytes[0];
                bytes = bytes[1..];
                number |= (ulong)(next & 0x7f) << shift;

                if (next < 0x80)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
