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
    private readonly Share _granted = new(maxGranted, total?._granted);
    private readonly Share _held = new(maxHeld, total?._held);

    /// <summary>How many bytes are granted beyond the least of each stream.</summary>
    public long Granted => _granted.Taken;

    /// <summary>How many bytes of items are there.</summary>
    public long Held => _held.Taken;

    /// <summary>
    /// Changes how much may be granted. What is granted already may still come: what may be there only grows.
    /// </summary>
    public void ChangeLimit(long bytes)
    {
        _held.Raise(bytes);
        _granted.Change(bytes);
    }

    /// <summary>Whether a stream may be granted so much more.</summary>
    public bool TryGrant(long bytes) => _granted.TryTake(bytes);

    /// <summary>A stream has no use for so much any more.</summary>
    public void GiveBack(long bytes) => _granted.Take(-bytes);

    /// <summary>Whether so many bytes that have come may be held.</summary>
    public bool TryHold(int bytes) => _held.TryTake(bytes);

    /// <summary>So many bytes are held in any case: they are the end of a stream.</summary>
    public void Hold(int bytes) => _held.Take(bytes);

    /// <summary>They are taken.</summary>
    public void LetGo(long bytes) => _held.Take(-bytes);

    /// <summary>A number of bytes that is bounded, here and in all.</summary>
    private sealed class Share(long most, Share? total)
    {
        private long _most = most;
        private long _taken;

        public long Taken => Volatile.Read(ref _taken);

        public void Change(long most) => Volatile.Write(ref _most, most);

        public void Raise(long most) => Volatile.Write(ref _most, Math.Max(most, _most));

        public bool TryTake(long bytes)
        {
            if (Interlocked.Add(ref _taken, bytes) <= Volatile.Read(ref _most) && total?.TryTake(bytes) != false)
            {
                return true;
            }

            Interlocked.Add(ref _taken, -bytes);
            return false;
        }

        /// <summary>Takes them in any case; less than zero gives back.</summary>
        public void Take(long bytes)
        {
            Interlocked.Add(ref _taken, bytes);
            total?.Take(bytes);
        }
    }
}
