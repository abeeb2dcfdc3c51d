namespace Mprpc.Comparison;

/// <summary>A figure of the JSON report.</summary>
internal sealed record Metric(string Name, string Unit, bool MoreIsBetter)
{
    public static Metric CallsPerSecond { get; } = new("calls_per_second", "calls/s", true);
    public static Metric MegabytesPerSecond { get; } = new("mb_per_second", "MB/s", true);
    public static Metric P50 { get; } = new("p50_us", "us", false);
    public static Metric P99 { get; } = new("p99_us", "us", false);
    public static Metric ServerCpu { get; } = new("server_cpu_us_per_call", "us", false);
    public static Metric ClientCpu { get; } = new("client_cpu_us_per_call", "us", false);
    public static Metric ServerBytes { get; } = new("server_bytes_per_call", "B", false);
    public static Metric ClientBytes { get; } = new("client_bytes_per_call", "B", false);
    public static Metric BytesPerIdleConnection { get; } = new("bytes_per_idle_connection", "B", false);

    public static IReadOnlyList<Metric> All { get; } =
    [
        CallsPerSecond, MegabytesPerSecond, P50, P99, ServerCpu, ClientCpu, ServerBytes, ClientBytes, BytesPerIdleConnection,
    ];
}
