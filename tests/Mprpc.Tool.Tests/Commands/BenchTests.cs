using System.Text.Json;

namespace Mprpc.Tool.Tests.Commands;

/// <summary><c>mprpc bench</c></summary>
public sealed class BenchTests(ShopHost shop)
{
    [Fact]
    public async Task Bench_OfAMethod_PrintsPercentilesAndAHistogram()
    {
        string report = await ToolProcess.OutputAsync(
            "bench", shop.Url, "sum", "1", "2", "--duration", "300ms", "--warm-up", "100ms", "--connections", "2", "--in-flight", "4");

        Assert.Matches(@"^[\d,]+ calls in [\d.]+ s: [\d,]+ calls/s\n2 connections, 4 calls in flight on each\n", report);
        Assert.Matches(@"\n  p99 +[\d.]+ (µs|ms|s)\n", report);
        Assert.Matches(@"\n  up to [\d.]+ (µs|ms|s) +[\d,]+ +#+", report);
        Assert.DoesNotContain("errors", report, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', report);
    }

    [Fact]
    public async Task Bench_WithARate_MakesSoManyCalls()
    {
        JsonElement report = await ToolProcess.JsonAsync(
            "bench", shop.Url, "sum", "1", "2", "--duration", "500ms", "--warm-up", "100ms", "--rate", "200", "--in-flight", "4", "-o", "json");

        // Turns, not time: 200 a second for half a second are 100, however late each is made.
        Assert.InRange(report.GetProperty("calls").GetInt32(), 95, 105);
        Assert.Empty(report.GetProperty("errors").EnumerateObject());
        Assert.True(report.GetProperty("milliseconds").GetProperty("p50").GetDouble() > 0);
    }

    [Fact]
    public async Task Bench_OfAMethodThatFails_EndsWithItsError()
    {
        ToolRun run = await ToolProcess.RunAsync("bench", shop.Url, "refuse");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("No.", run.Errors, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Bench_OnATerminal_ShowsALineWhileItRuns()
    {
        string script = Requirement.Program("script", "bsdutils");

        string shown = await ChildProcess.RunAsync(
            script, ["-qec", $"dotnet {ToolProcess.Program} bench {shop.Url} sum 1 2 --duration 1s --warm-up 100ms", "/dev/null"]);

        Assert.Matches(@"of 1 s   [\d,]+ calls/s   p50", shown);
        Assert.Contains("calls in", shown, StringComparison.Ordinal);
    }
}
