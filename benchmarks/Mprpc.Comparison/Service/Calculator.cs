namespace Mprpc.Comparison.Service;

/// <summary>The service that every system serves; gRPC alone needs its own class, on its own message types.</summary>
#pragma warning disable CA1822 // A service's methods are instance methods, whether or not they have state.
public class Calculator
{
    public int Sum(int a, int b) => a + b;

    /// <summary>A handler that really yields: its answer is not there when the call returns.</summary>
    public async Task<int> SumLater(int a, int b)
    {
        await Task.Yield();
        return a + b;
    }

    public byte[] Echo(byte[] data) => data;

    public Order Price(Order order)
    {
        double total = 0;
        foreach (OrderLine line in order.Lines)
        {
            total += line.Quantity * line.Price;
        }

        order.Total = total * (1 - order.Discount);
        return order;
    }
}
