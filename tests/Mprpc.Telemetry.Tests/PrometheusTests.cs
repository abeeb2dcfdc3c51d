using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using OpenTelemetry.Metrics;

namespace Mprpc.Telemetry.Tests;

/// <summary>What Prometheus makes of the metrics, and the dashboard of them.</summary>
public sealed class PrometheusTests
{
    [Fact]
    public async Task Dashboard_EachQuery_ReturnsData()
    {
        string prometheus = Requirement.Program("prometheus", "prometheus");
        await using TestApplication app = await StartAsync();
        using var folder = new TemporaryFolder();
        string configuration = folder.PathOf("prometheus.yml");
        await File.WriteAllTextAsync(configuration, $"""
            global: {"{"} scrape_interval: 1s {"}"}
            scrape_configs:
              - job_name: app
                static_configs: [{"{"} targets: ["{app.Http.Authority}"] {"}"}]
            """);
        int port = Requirement.AnyFreePort();
        await using ChildProcess process = ChildProcess.Start(
            prometheus,
            [
                $"--config.file={configuration}", $"--storage.tsdb.path={folder.PathOf("data")}",
                string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"),
            ]);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        string[] queries = Queries();
        List<string> empty = [.. queries];

        for (DateTime end = DateTime.UtcNow + (3 * Bounded.Time); empty.Count > 0 && DateTime.UtcNow < end;)
        {
            Assert.False(process.HasExited, $"prometheus has ended: {process.Errors}");
            await app.WorkAsync();
            await Task.Delay(250);
            List<string> still = [];

            foreach (string query in empty)
            {
                if (!await HasDataAsync(http, query))
                {
                    still.Add(query);
                }
            }

            empty = still;
        }

        Assert.True(queries.Length >= 16, $"Only {queries.Length} queries were found.");
        string targets = await http.GetStringAsync(new Uri("/api/v1/targets", UriKind.Relative)).InTime();
        Assert.True(empty.Count == 0, $"No data: {string.Join("\n", empty)}\n{targets}");
        Assert.Contains("\"lastError\":\"\"", targets, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_AsExported_AreWhatPromtoolWants()
    {
        string promtool = Requirement.Program("promtool", "prometheus");
        await using TestApplication app = await StartAsync();
        await app.WorkAsync();
        using var http = new HttpClient();

        string metrics = await http.GetStringAsync(new Uri(app.Http, "/metrics")).InTime();

        Assert.Contains("rpc_server_call_duration_seconds_bucket{", metrics, StringComparison.Ordinal);
        Assert.Contains("le=\"1E-05\"", metrics, StringComparison.Ordinal);
        await ChildProcess.RunAsync(promtool, ["check", "metrics"], input: metrics);
    }

    private static Task<TestApplication> StartAsync() => TestApplication.StartAsync(
        telemetry => telemetry.WithMetrics(metrics => metrics.AddMeter("Mprpc.*").AddPrometheusExporter()),
        app => app.MapPrometheusScrapingEndpoint());

    private static string[] Queries()
    {
        string root = typeof(PrometheusTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "RepositoryRoot").Value!;
        using JsonDocument dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(root, "docs/grafana/mprpc.json")));
        return
        [
            .. dashboard.RootElement.GetProperty("panels").EnumerateArray()
                .Where(panel => panel.TryGetProperty("targets", out _))
                .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
                .Select(target => target.GetProperty("expr").GetString()!.Replace("$__rate_interval", "5m", StringComparison.Ordinal)),
        ];
    }

    private static async Task<bool> HasDataAsync(HttpClient http, string query)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(new Uri($"/api/v1/query?query={Uri.EscapeDataString(query)}", UriKind.Relative)).InTime();
            using JsonDocument body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync().InTime());
            Assert.True(body.RootElement.GetProperty("status").GetString() == "success", $"{query}: {body.RootElement}");
            JsonElement[] series = [.. body.RootElement.GetProperty("data").GetProperty("result").EnumerateArray()];
            return series.Any(one => one.GetProperty("value")[1].GetString() is not ("NaN" or null));
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException)
        {
            return false;       // it is not up yet
        }
    }
}
