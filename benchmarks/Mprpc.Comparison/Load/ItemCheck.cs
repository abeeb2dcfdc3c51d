using Mprpc.Comparison.Service;

namespace Mprpc.Comparison.Load;

/// <summary>Reads streams as all clients do: until the window is over, each item looked at.</summary>
internal static class ItemCheck
{
    /// <summary>Whether an item is what it has to be at its place. A struct, so that looking costs no call.</summary>
    public interface ICheck<T>
    {
        bool IsRight(T item, long index);
    }

    public static async Task<long> ReadAsync<T, TCheck>(IAsyncEnumerable<T> items, LoadWindow window)
        where TCheck : struct, ICheck<T>
    {
        long count = 0;

        await foreach (T item in items.ConfigureAwait(false))
        {
            if (!default(TCheck).IsRight(item, count))
            {
                throw new InvalidOperationException($"Item {count} was not the one of its place: {item}.");
            }

            if (window.IsOver)
            {
                break;
            }

            count++;
        }

        return count;
    }

    public readonly struct OfNumber : ICheck<long>
    {
        public bool IsRight(long item, long index) => item == index;
    }

    public readonly struct OfOrder : ICheck<Order>
    {
        public bool IsRight(Order item, long index) => item.Lines.Count == Scenario.OrderLines;
    }
}
