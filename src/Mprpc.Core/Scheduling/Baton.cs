namespace Mprpc.Scheduling;

/// <summary>The right to run a loop: one thread holds it, and loses it to another if user code holds that thread up.</summary>
/// <remarks>
/// One word holds it all: the number of the holder, the number of the entry into user code, and whether that code still runs. A number comes again only after
/// 2^31 others, so that one compare-and-exchange decides between the thread that leaves user code and the one that takes the loop over: a thread that looked at
/// an earlier entry takes nothing. <see cref="Enter"/> is for the holder alone; <see cref="TryTake"/> for any thread.
/// </remarks>
internal sealed class Baton
{
    private const long InUserCode = 1;
    private const long EntryStep = 2;
    private const int HolderShift = 32;
    private const long EntryMask = (1L << HolderShift) - 1;

    private long _state = 1L << HolderShift;        // holder, entry, in user code
    private object? _occupant;

    /// <summary>The number of the present holder; a thread that has become the holder keeps it, to ask later whether it still is.</summary>
    public int Holder => (int)(Volatile.Read(ref _state) >> HolderShift);

    /// <summary>Whether this holder still has the loop. Only such a thread may touch what belongs to the loop.</summary>
    public bool IsHeldBy(int holder) => Holder == holder;

    /// <summary>What runs, or ran last, in user code.</summary>
    public object? Occupant => Volatile.Read(ref _occupant);

    /// <summary>What the next <see cref="Enter"/> returns; for the holder alone, outside user code.</summary>
    public long NextEntry => EntryAfter(_state);

    /// <summary>User code begins, on the thread of the holder.</summary>
    /// <param name="occupant">What runs; told to whoever takes the loop over.</param>
    /// <returns>The number of this entry, for <see cref="TryLeave"/>.</returns>
    public long Enter(object? occupant)
    {
        long entry = EntryAfter(_state);

        // Mostly the same method as before, and a comparison costs less than what the collector wants to know of a write.
        if (_occupant != occupant)
        {
            _occupant = occupant;
        }

        Volatile.Write(ref _state, entry);
        return entry;
    }

    /// <summary>User code has ended.</summary>
    /// <returns>Whether the thread still holds the loop; else another has gone on with it, and this one must not touch it again.</returns>
    public bool TryLeave(long entry) => Interlocked.CompareExchange(ref _state, entry & ~InUserCode, entry) == entry;

    /// <summary>Keeps nothing of what ran; for the thread that holds the loop, outside of user code.</summary>
    public void Forget() => _occupant = null;

    /// <summary>Whether user code runs at this moment, and which entry it is.</summary>
    public bool TryGetEntry(out long entry)
    {
        entry = Volatile.Read(ref _state);
        return (entry & InUserCode) != 0;
    }

    /// <summary>Takes the loop from a thread that is still in the same user code.</summary>
    /// <param name="entry">The entry, as <see cref="TryGetEntry"/> gave it.</param>
    /// <param name="occupant">What holds that thread up.</param>
    /// <returns>Whether the loop is the caller's now.</returns>
    public bool TryTake(long entry, out object? occupant)
    {
        // Read before the exchange: if that succeeds, the entry has not changed since, and neither has its occupant.
        occupant = Volatile.Read(ref _occupant);
        return Interlocked.CompareExchange(ref _state, NextHolder(entry), entry) == entry;
    }

    /// <summary>Gives the loop up, outside user code, so that another thread may have it. The caller holds it no longer.</summary>
    public void Release() => Volatile.Write(ref _state, NextHolder(_state));

    private static long EntryAfter(long state) => (state & ~EntryMask) | ((state + EntryStep) & EntryMask) | InUserCode;

    private static long NextHolder(long state) => ((state >> HolderShift) + 1) << HolderShift;
}
