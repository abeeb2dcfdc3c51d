namespace Mprpc.Comparison.Service;

/// <summary>The service as Mprpc's typed client sees it.</summary>
[MprpcService]
internal interface ICalculator
{
    ValueTask<int> SumAsync(int a, int b);

    ValueTask<int> SumLaterAsync(int a, int b);

    ValueTask<byte[]> EchoAsync(byte[] data);

    ValueTask<Order> PriceAsync(Order order);
}
