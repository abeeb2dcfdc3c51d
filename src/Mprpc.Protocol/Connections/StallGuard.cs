namespace Mprpc.Connections;

/// <summary>Notices when user code holds a loop up, and has the loop go on without its thread.</summary>
/// <remarks>It is looked at while there is something to do, and found still armed at nearly every round: a busy loop pays for it a hundred times a second, an idle one never.</remarks>
internal sealed class StallGuard(IStallable loop)
{
    private const long Nothing = -1;

    private long _seen = Nothing;
    private volatile bool _armed;

    public void Watch()
    {
        if (!_armed)
        {
            _armed = true;
            Watchdog.Shared.Add(this);
        }
    }

    /// <summary>For the watchdog alone.</summary>
    public void Look()
    {
        long progress = loop.Progress;
        bool isHeldUp = loop.IsInUserCode && progress == _seen;
        _seen = isHeldUp ? Nothing : progress;
        _armed = false;

        // Seen busy only after the flag is down: a round that starts now either sees the flag or is seen here.
        Interlocked.MemoryBarrier();

        if (loop.IsBusy)
        {
            Watch();
        }

        if (isHeldUp)
        {
            loop.TakeOver(progress);
        }
    }
}
