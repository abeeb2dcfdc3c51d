namespace Mprpc.Connections;

/// <summary>Makes timers that outlive whoever happens to make them.</summary>
internal static class UnsafeTimer
{
    /// <summary>
    /// Makes a timer that is not set yet and does not keep its maker's ambient state (AsyncLocal, Activity, culture), in which every later callback would run.
    /// </summary>
    public static ITimer Create(TimeProvider clock, TimerCallback callback, object state)
    {
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            return clock.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
