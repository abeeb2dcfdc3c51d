namespace Mprpc.Scheduling;

/// <summary>Notices when user code holds a loop up, and has another thread go on with the loop.</summary>
/// <remarks>
/// It looks while the loop has something to do, and is found still armed at nearly every round: a busy loop pays for it a hundred times a second, an idle one
/// never.
/// </remarks>
internal sealed class StallGuard(IStallable loop, Watchdog watchdog)
{
    private const long Nothing = 0;     // no entry has this number: all have the bit of user code

    private long _seen = Nothing;
    private int _armed;
    private int _looks;

    public StallGuard(IStallable loop)
        : this(loop, Watchdog.Shared)
    {
    }

    /// <summary>Counts the looks, some ten milliseconds apart while the loop is busy: a clock that costs the loop nothing.</summary>
    public int Looks => Volatile.Read(ref _looks);

    public void Watch()
    {
        // Exchanged, since the loop and the watchdog may come here at once: a guard that is in the queue twice looks twice in one round, and takes a loop for
        // held up that has just begun.
        if (Volatile.Read(ref _armed) == 0 && Interlocked.Exchange(ref _armed, 1) == 0)
        {
            watchdog.Add(this);
        }
    }

    /// <summary>For the watchdog alone.</summary>
    public void Look()
    {
        bool isHeldUp = loop.Baton.TryGetEntry(out long entry) && entry == _seen;
        _seen = isHeldUp ? Nothing : entry;
        Volatile.Write(ref _looks, _looks + 1);
        Volatile.Write(ref _armed, 0);

        // Seen busy only after the flag is down: a round that starts now either sees the flag or is seen here.
        Interlocked.MemoryBarrier();

        if (loop.IsBusy)
        {
            Watch();
        }

        if (isHeldUp)
        {
            loop.TakeOver(entry);
        }
    }
}
