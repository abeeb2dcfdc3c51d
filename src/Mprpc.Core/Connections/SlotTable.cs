using System.Numerics;

namespace Mprpc.Connections;

/// <summary>
/// Keeps objects that come and go fast, so that they can be looked through: an item costs one exchange to add, and a write to remove. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Segments of slots, each twice as large as the one before. An item goes into a free slot of the last one, which is never more than half full, and stays
/// there. So the memory is bounded by the most items that there were at once. Whoever looks through it may meet an item that has just left.
/// </remarks>
internal sealed class SlotTable<T>
    where T : class
{
    private const int FirstCapacity = 16;

    private Slot[][] _segments = [];
    private int _next;

    /// <summary>Adds an item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="count">About how many items are in the table.</param>
    /// <returns>Where it is, for <see cref="Remove"/>.</returns>
    public int Add(T item, int count)
    {
        while (true)
        {
            Slot[][] segments = Volatile.Read(ref _segments);

            if (segments.Length > 0 && segments[^1] is { } slots && count * 2 < slots.Length && TryAdd(slots, item, out int index))
            {
                return FirstOf(segments.Length - 1) + index;
            }

            Grow(segments);
        }
    }

    /// <summary>Removes the item that was added there.</summary>
    public void Remove(int place)
    {
        int segment = BitOperations.Log2((uint)((place / FirstCapacity) + 1));
        Volatile.Write(ref Volatile.Read(ref _segments)[segment][place - FirstOf(segment)].Item, null);
    }

    /// <summary>All items: each that is in it from the beginning to the end, and of those that come and go meanwhile some.</summary>
    public IEnumerable<T> All()
    {
        foreach (Slot[] slots in Volatile.Read(ref _segments))
        {
            for (int i = 0; i < slots.Length; i++)
            {
                if (Volatile.Read(ref slots[i].Item) is { } item)
                {
                    yield return item;
                }
            }
        }
    }

    private static int FirstOf(int segment) => FirstCapacity * ((1 << segment) - 1);

    private bool TryAdd(Slot[] slots, T item, out int index)
    {
        for (int tries = 0; tries < slots.Length; tries++)
        {
            // Not an atomic step: who takes another's number goes on to the next slot.
            index = _next++ & (slots.Length - 1);
            ref T? slot = ref slots[index].Item;

            if (Volatile.Read(ref slot) is null && Interlocked.CompareExchange(ref slot, item, null) is null)
            {
                return true;
            }
        }

        index = -1;
        return false;
    }

    /// <summary>Adds a segment, unless another thread has done so since.</summary>
    private void Grow(Slot[][] seen) => Interlocked.CompareExchange(ref _segments, [.. seen, new Slot[FirstCapacity << seen.Length]], seen);

    /// <summary>A place for an item: in an array of references each write would check the type.</summary>
    private struct Slot
    {
        public T? Item;
    }
}
