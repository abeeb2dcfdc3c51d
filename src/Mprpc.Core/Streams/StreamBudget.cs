namespace Mprpc.Streams;

/// <summary>
/// How many bytes of streams may come at once that nobody has taken: what is granted beyond the least of each stream, and what is there. Safe for concurrent
/// use.
/// </summary>
/// <param name="maxGranted">How many bytes may be granted.</param>
/// <param name="maxHeld">How many bytes may be there: an item may be larger than what was granted.</param>
/// <param name="total">The same of all connections of a server; null: this side has no bound beyond the connection's.</param>
internal sealed class StreamBudget(long maxGranted, long maxHeld, StreamBudget? total = null)
{
    private long _granted;
    private long _held;

    /// <summary>How many bytes are granted beyond the least of each stream.</summary>
    public long Granted => Volatile.Read(ref _granted);

    /// <summary>How many bytes of items are there.</summary>
    public long Held => Volatile.Read(ref _held);

    /// <summary>Whether a stream may be granted so much more.</summary>
    public bool TryGrant(long bytes)
    {
        if (Interlocked.Add(ref _granted, bytes) <= maxGranted && total?.TryGrant(bytes) != false)
        {
            return true;
        }

        Interlocked.Add(ref _granted, -bytes);
        return false;
    }

    /// <summary>A stream has no use for so much any more.</summary>
    public void GiveBack(long bytes)
    {
        Interlocked.Add(ref _granted, -bytes);
        total?.GiveBack(bytes);
    }

    /// <summary>Whether so many bytes that have come may be held.</summary>
    public bool TryHold(int bytes)
    {
        if (Interlocked.Add(ref _held, bytes) <= maxHeld && total?.TryHold(bytes) != false)
        {
            return true;
        }

        Interlocked.Add(ref _held, -bytes);
        return false;
    }

    /// <summary>So many bytes are held in any case: they are the end of a stream.</summary>
    public void Hold(int bytes)
    {
        Interlocked.Add(ref _held, bytes);
        total?.Hold(bytes);
    }

    /// <summary>They are taken.</summary>
    public void LetGo(long bytes)
    {
        Interlocked.Add(ref _held, -bytes);
        total?.LetGo(bytes);
    }
}
