namespace Mprpc.Comparison;

/// <summary>What is called, over how many connections, with how many calls in flight or streams open on each.</summary>
internal sealed record Scenario(string Name, Operation Operation, int Connections, int InFlight, string Description)
{
    public const int EchoBytes = 64 * 1024;
    public const int OrderLines = 20;
    public const int StalledStreams = 100;

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
        new("t1", Operation.Stream, 1, 1, "a result stream of long, whose iterator has each item at once"),
        new("t2", Operation.Feed, 1, 1, "a param stream of long, whose iterator has each item at once"),
        new("t3", Operation.StreamLater, 1, 1, "a result stream of long, whose iterator yields its thread before each item"),
        new("t4", Operation.StreamOrders, 1, 1, "a result stream of records as in s5: ten fields and a list of twenty"),
        new("t5", Operation.Stream, 16, 63, "as t1, 16 connections with 63 streams each"),
        new("t6", Operation.Stream, 1, 1, "as t1: bytes allocated an item, on the side that allocates more") { IsOfBytes = true },
        new("t7", Operation.Cancel, 1, 0, "from the caller's Cancel() to the callback of the method's token"),
        new("t7-999", Operation.Cancel, 1, 999, "the same, while 999 other calls run on the connection"),
        new("t8", Operation.Broadcast, 1000, 0, "64 bytes to each of 1,000 clients, as fast as they take it"),
        new("t8-stalled", Operation.Broadcast, 1000, 10, "the same, where ten of the 1,000 read nothing"),
        new("t8-10000", Operation.Broadcast, 10000, 0, "64 bytes to each of 10,000 clients"),
        new("t9", Operation.AskBack, 1, 64, "the server calls sum(int, int) of its client, 64 calls in flight"),
        new("calls-t1", Operation.SumBesideStream, 1, 64, "as s2-64, on a connection that also carries t1, and alone in the same window"),
        new("calls-beside-t1", Operation.SumBesideConnection, 1, 64, "as s2-64, while another connection of the process carries t1, and alone"),
        new("calls-stalled", Operation.SumBesideStalled, 1, 64, "as s2-64, on a connection with 100 streams that nobody reads, and on one without"),
    ];

    /// <summary>Whether a loop keeps one processor busy meanwhile.</summary>
    public bool HasBusyCore { get; private init; }

    /// <summary>The name in reports.</summary>
    public string Title => HasBusyCore ? $"{Name}-busy" : Name;

    /// <summary>Whether the bytes that are allocated count, in place of the rate.</summary>
    public bool IsOfBytes { get; private init; }

    /// <summary>Whether streams are what is measured.</summary>
    public bool IsOfItems => Operation is Operation.Stream or Operation.Feed or Operation.StreamLater or Operation.StreamOrders;

    /// <summary>Whether items of streams or deliveries are counted, and not calls.</summary>
    public bool CountsItems => IsOfItems || Operation == Operation.Broadcast;

    /// <summary>Whether calls are measured beside something else, and alone.</summary>
    public bool IsBeside => Operation is Operation.SumBesideStream or Operation.SumBesideConnection or Operation.SumBesideStalled;

    /// <summary>Whether a system has to know streams, cancellation, or calls back.</summary>
    public bool IsBeyondCalls => IsOfItems || IsBeside || Operation is Operation.Cancel or Operation.Broadcast or Operation.AskBack;

    /// <summary>The metric that ranks the systems.</summary>
    public Metric Headline => Operation switch
    {
        _ when IsOfBytes => Metric.BytesPerItem,
        _ when IsOfItems => Metric.ItemsPerSecond,
        Operation.Broadcast => Metric.DeliveriesPerSecond,
        _ when IsBeside => Metric.P99BesideRatio,
        Operation.Cancel => Metric.CancelP99,
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
