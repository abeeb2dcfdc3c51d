namespace Mprpc.Client.Connections;

/// <summary>The time of a call that may be sent several times, counted from now on: it is the call's, not the attempt's.</summary>
internal readonly struct CallTime(TimeProvider clock, TimeSpan timeout)
{
    private readonly long _start = clock.GetTimestamp();

    public TimeSpan Spent => clock.GetElapsedTime(_start);

    public bool IsOver => timeout != Timeout.InfiniteTimeSpan && Spent >= timeout;

    /// <summary>What is left of it, or infinite; never zero, which would mean none.</summary>
    public TimeSpan Left
    {
        get
        {
            if (timeout == Timeout.InfiniteTimeSpan)
            {
                return timeout;
            }

            TimeSpan left = timeout - Spent;
            return left > TimeSpan.Zero ? left : TimeSpan.FromTicks(1);
        }
    }
}
