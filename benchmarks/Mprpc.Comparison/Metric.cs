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
    public static Metric ItemsPerSecond { get; } = new("items_per_second", "items/s", true);
    public static Metric DeliveriesPerSecond { get; } = new("deliveries_per_second", "deliveries/s", true);
    public static Metric ServerCpuPerItem { get; } = new("server_cpu_us_per_item", "us", false);
    public static Metric ClientCpuPerItem { get; } = new("client_cpu_us_per_item", "us", false);
    public static Metric ServerBytesPerItem { get; } = new("server_bytes_per_item", "B", false);
    public static Metric ClientBytesPerItem { get; } = new("client_bytes_per_item", "B", false);
    public static Metric BytesPerItem { get; } = new("bytes_per_item", "B", false);
    public static Metric CancelP50 { get; } = new("cancel_p50_us", "us", false);
    public static Metric CancelP99 { get; } = new("cancel_p99_us", "us", false);
    public static Metric P99Alone { get; } = new("p99_alone_us", "us", false);
    public static Metric P99BesideRatio { get; } = new("p99_ratio", "p99 / alone", false);
    public static Metric BytesPerIdleConnection { get; } = new("bytes_per_idle_connection", "B", false);

    public static IReadOnlyList<Metric> All { get; } =
    [
        CallsPerSecond, MegabytesPerSecond, P50, P99, ServerCpu, ClientCpu, ServerBytes, ClientBytes, BytesPerIdleConnection,
        ItemsPerSecond, DeliveriesPerSecond, ServerCpuPerItem, ClientCpuPerItem, ServerBytesPerItem, ClientBytesPerItem, BytesPerItem,
        CancelP50, CancelP99, P99Alone, P99BesideRatio,
    ];
}
