using Mprpc.Comparison.Service;

namespace Mprpc.Comparison.Peers;

/// <summary>
/// One connection of one system, for the driver. Each method makes one call in the way that is natural and fast in that system, and returns a number that the
/// driver can check.
/// </summary>
internal interface ICallClient : IAsyncDisposable
{
    ValueTask<int> SumAsync(int a, int b);

    ValueTask<int> SumLaterAsync(int a, int b);

    /// <returns>How many bytes came back.</returns>
    ValueTask<int> EchoAsync(byte[] data);

    /// <returns>How many lines came back.</returns>
    ValueTask<int> PriceAsync(Order order);
}
