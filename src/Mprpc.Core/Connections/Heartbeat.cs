using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Mprpc.Connections;

/// <summary>Looks at every connection once a second, for what a peer's silence would else never bring up.</summary>
/// <remarks>
/// One timer for all connections of a clock, and none while there is no connection. There is one clock in a process, except where tests have their own.
/// </remarks>
internal sealed class Heartbeat
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly Heartbeat OfTheSystem = new(TimeProvider.System);
    private static readonly ConditionalWeakTable<TimeProvider, Heartbeat> OfOtherClocks = [];

    private readonly ConcurrentDictionary<ITicking, bool> _watches = new();
    private readonly ITimer _timer;
    private int _count;

    private Heartbeat(TimeProvider clock) => _timer = UnsafeTimer.Create(clock, static heartbeat => ((Heartbeat)heartbeat!).OnTick(), this);

    public static Heartbeat Of(TimeProvider clock)
        => clock == TimeProvider.System ? OfTheSystem : OfOtherClocks.GetValue(clock, static clock => new Heartbeat(clock));

    public void Add(ITicking watch)
    {
        _watches[watch] = true;

        if (Interlocked.Increment(ref _count) == 1)
        {
            _timer.Change(Period, Timeout.InfiniteTimeSpan);
        }
    }

    public void Remove(ITicking watch)
    {
        if (_watches.TryRemove(watch, out _))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    private void OnTick()
    {
        foreach ((ITicking watch, _) in _watches)
        {
            watch.OnTick();
        }

        // Rearmed only now, so that ticks never overlap. A connection that comes while the count is zero arms it itself.
        if (Volatile.Read(ref _count) > 0)
        {
            _timer.Change(Period, Timeout.InfiniteTimeSpan);
        }
    }
}
