using System.Collections.Concurrent;

namespace Mprpc.Connections;

/// <summary>Looks at every connection of the process once a second, for what a peer's silence would else never bring up.</summary>
/// <remarks>One timer for all, and none while there is no connection. It is the real clock that ticks; what is measured is measured by each connection's own.</remarks>
internal static class Heartbeat
{
    private const int PeriodMilliseconds = 1000;

    private static readonly ConcurrentDictionary<ConnectionWatch, bool> Watches = new();
    private static readonly Timer Clock = new(static _ => OnTick(), null, Timeout.Infinite, Timeout.Infinite);
    private static int s_count;

    public static void Add(ConnectionWatch watch)
    {
        Watches[watch] = true;

        if (Interlocked.Increment(ref s_count) == 1)
        {
            Clock.Change(PeriodMilliseconds, Timeout.Infinite);
        }
    }

    public static void Remove(ConnectionWatch watch)
    {
        if (Watches.TryRemove(watch, out _))
        {
            Interlocked.Decrement(ref s_count);
        }
    }

    private static void OnTick()
    {
        foreach ((ConnectionWatch watch, _) in Watches)
        {
            watch.OnTick();
        }

        // Rearmed only now, so that ticks never overlap. A connection that comes while the count is zero arms it itself.
        if (Volatile.Read(ref s_count) > 0)
        {
            Clock.Change(PeriodMilliseconds, Timeout.Infinite);
        }
    }
}
