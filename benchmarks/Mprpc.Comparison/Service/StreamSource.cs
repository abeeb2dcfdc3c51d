#pragma warning disable CS1998 // Iterators that have each item at once.
using System.Runtime.CompilerServices;
using Mprpc.Comparison.Load;

namespace Mprpc.Comparison.Service;

/// <summary>The sources and the consumer of streams, the same for every system. Sources have no end: whoever reads ends them.</summary>
internal static class StreamSource
{
    private static readonly Order s_order = Order.Sample(Scenario.OrderLines);

    public static async IAsyncEnumerable<long> Numbers([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (long i = 0; !cancellationToken.IsCancellationRequested; i++)
        {
            yield return i;
        }
    }

    public static async IAsyncEnumerable<long> NumbersLater([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (long i = 0; !cancellationToken.IsCancellationRequested; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    public static async IAsyncEnumerable<Order> Orders([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            yield return s_order;
        }
    }

    /// <summary>What a client feeds.</summary>
    public static async IAsyncEnumerable<long> Until(LoadWindow window)
    {
        for (long i = 0; !window.IsOver; i++)
        {
            yield return i;
        }
    }

    /// <summary>What a server does with what it is fed.</summary>
    public static async Task<long> CountAsync(IAsyncEnumerable<long> numbers)
    {
        long count = 0;

        await foreach (long number in numbers)
        {
            if (number != count)
            {
                throw new InvalidOperationException($"Item {count} was {number}.");
            }

            count++;
        }

        return count;
    }
}
