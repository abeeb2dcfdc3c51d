using MessagePack;

namespace Mprpc.Comparison.Service;

/// <summary>Ten fields and a list of records: what scenario s5 sends and gets back.</summary>
[MessagePackObject]
public sealed class Order
{
    [Key(0)] public int Id { get; set; }
    [Key(1)] public long CustomerId { get; set; }
    [Key(2)] public string Number { get; set; } = "";
    [Key(3)] public string Currency { get; set; } = "";
    [Key(4)] public long PlacedAt { get; set; }
    [Key(5)] public bool Paid { get; set; }
    [Key(6)] public double Discount { get; set; }
    [Key(7)] public int Priority { get; set; }
    [Key(8)] public string Note { get; set; } = "";
    [Key(9)] public double Total { get; set; }
    [Key(10)] public List<OrderLine> Lines { get; set; } = [];

    public static Order Sample(int lines) => new()
    {
        Id = 4711,
        CustomerId = 9_876_543_210,
        Number = "2026-000-4711",
        Currency = "EUR",
        PlacedAt = 1_790_000_000,
        Paid = true,
        Discount = 0.05,
        Priority = 3,
        Note = "Leave at the back door.",
        Lines = [.. Enumerable.Range(1, lines).Select(OrderLine.Sample)],
    };
}
