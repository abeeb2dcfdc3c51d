namespace Mprpc.Connections;

/// <summary>Notices when user code holds a loop up, and has the loop go on without its thread.</summary>
/// <remarks>
/// One timer a loop, armed while there is something to do and found still armed at nearly every round, so that a busy loop pays for it a few hundred times a second and
/// an idle one never. It runs on the real clock: it is about threads, not about the application's time.
/// </remarks>
internal sealed class StallGuard(IStallable loop)
{
    // Long enough that a thread that merely lost its time slice is seldom taken for a blocked one, short enough to go unnoticed by other calls.
    private const int PeriodMilliseconds = 10;

    private Timer? _timer;
    private long _seen;
    private volatile bool _armed;

    public void Watch()
    {
        if (!_armed)
        {
            Arm();
        }
    }

    private void Arm()
    {
        _armed = true;

        _timer ??= new Timer(static guard => ((StallGuard)guard!).OnTick(), this, Timeout.Infinite, Timeout.Infinite);
        _timer.Change(PeriodMilliseconds, Timeout.Infinite);
    }

    private void OnTick()
    {
        long progress = loop.Progress;
        bool isHeldUp = loop.IsInUserCode && progress == _seen;
        _seen = progress;
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
