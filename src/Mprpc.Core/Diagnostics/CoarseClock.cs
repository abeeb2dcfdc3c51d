namespace Mprpc.Diagnostics;

/// <summary>When a time begins that is long: to look at a clock that is exact costs as much as the rest of what a deadline needs.</summary>
internal static class CoarseClock
{
    // What the system counts has steps of 1 to 16 ms: less than a hundredth of such a time.
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(2);

    [ThreadStatic]
    private static long s_tick;

    [ThreadStatic]
    private static long s_timestamp;

    /// <summary>A timestamp of the clock, which for a long time may be one step of the system's count old.</summary>
    /// <param name="clock">Whose timestamp; one that is not the system's is always asked.</param>
    /// <param name="time">What is measured from then on.</param>
    public static long GetTimestamp(TimeProvider clock, TimeSpan time)
    {
        if (time < s_long || !ReferenceEquals(clock, TimeProvider.System))
        {
            return clock.GetTimestamp();
        }

        long tick = Environment.TickCount64;

        if (tick != s_tick)
        {
            s_timestamp = clock.GetTimestamp();
            s_tick = tick;
        }

        return s_timestamp;
    }
}
