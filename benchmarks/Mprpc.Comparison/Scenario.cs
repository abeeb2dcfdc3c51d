namespace Mprpc.Comparison;

/// <summary>What is called, over how many connections, with how many calls in flight on each.</summary>
internal sealed record Scenario(string Name, Operation Operation, int Connections, int InFlight, string Description)
{
    public const int EchoBytes = 64 * 1024;
    public const int OrderLines = 20;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("s1", Operation.Sum, 1, 1, "sum(int, int), one call at a time"),
        new("s2-64", Operation.Sum, 1, 64, "sum(int, int), one connection, 64 calls in flight"),
        new("s2-1024", Operation.Sum, 1, 1024, "sum(int, int), one connection, 1,024 calls in flight"),
        new("s3", Operation.Sum, 16, 64, "sum(int, int), 16 connections, 64 calls in flight on each"),
        new("s4", Operation.Echo, 1, 8, "64 KiB of bytes echoed, 8 calls in flight; MB/s counts them once a round trip"),
        new("s5", Operation.Price, 1, 64, "a record of ten fields and a list of twenty records, there and back, 64 calls in flight"),
        new("s6", Operation.SumLater, 1, 64, "sum(int, int) by an async handler that yields, 64 calls in flight"),
        new("idle-2000", Operation.Idle, 2000, 0, "2,000 connections that made one call each and then wait"),
        new("idle-10000", Operation.Idle, 10000, 0, "10,000 connections that made one call each and then wait"),
    ];

    /// <summary>Whether a loop keeps one processor busy meanwhile.</summary>
    public bool HasBusyCore { get; private init; }

    /// <summary>The name in reports.</summary>
    public string Title => HasBusyCore ? $"{Name}-busy" : Name;

    /// <summary>The metric that ranks the systems.</summary>
    public Metric Headline => Operation switch
    {
        Operation.Echo => Metric.MegabytesPerSecond,
        Operation.Idle => Metric.BytesPerIdleConnection,
        _ => Metric.CallsPerSecond,
    };

    /// <summary>The same with one processor kept busy. The name stays, because a client of another build has to know it.</summary>
    public Scenario WithBusyCore() => this with { HasBusyCore = true, Description = $"{Description}; a loop keeps one processor busy" };

    public static Scenario Named(string name) =>
        All.FirstOrDefault(scenario => scenario.Name == name)
        ?? throw new ArgumentException($"There is no scenario '{name}'. There are: {string.Join(", ", All.Select(scenario => scenario.Name))}.");
}
