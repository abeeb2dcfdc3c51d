using Mprpc.Comparison.Service;

namespace Mprpc.Benchmarks.Samples;

/// <summary>A contract that sends the record: what its reader and its writer are generated for.</summary>
[MprpcService]
public interface IOrders
{
    ValueTask<Order> PriceAsync(Order order);
}
