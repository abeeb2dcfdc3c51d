using System.Globalization;
using MessagePack;

namespace Mprpc.Comparison.Service;

[MessagePackObject]
public sealed class OrderLine
{
    [Key(0)] public int ProductId { get; set; }
    [Key(1)] public string Name { get; set; } = "";
    [Key(2)] public int Quantity { get; set; }
    [Key(3)] public double Price { get; set; }

    public static OrderLine Sample(int number) => new()
    {
        ProductId = 1000 + number,
        Name = string.Create(CultureInfo.InvariantCulture, $"Article {number}"),
        Quantity = number,
        Price = 9.99 + number,
    };
}
