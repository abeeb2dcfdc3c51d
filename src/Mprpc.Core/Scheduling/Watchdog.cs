using System.Collections.Concurrent;

namespace Mprpc.Scheduling;

/// <summary>
/// Looks every ten milliseconds at the loops that have something to do, for their guards. A thread of its own, since those of the pool may be what is held up.
/// </summary>
/// <remarks>One for the process. It runs on the real clock: it is about threads, not about the application's time. Safe for concurrent use.</remarks>
internal sealed class Watchdog
{
    // Long enough that a thread that merely lost its time slice is seldom taken for a blocked one, short enough to go unnoticed by other calls.
    private static readonly TimeSpan DefaultPeriod = TimeSpan.FromMilliseconds(10);

    // Then it sleeps until it is woken, which costs the waking thread about what a few rounds cost.
    private const int EmptyRoundsBeforeSleep = 5;

    private readonly ConcurrentQueue<StallGuard> _guards = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly TimeSpan _period;
    private int _sleeps;

    /// <param name="period">How often it looks.</param>
    public Watchdog(TimeSpan period)
    {
        _period = period;
        new Thread(Run) { IsBackground = true, Name = "Mprpc watchdog" }.UnsafeStart();
    }

    public static Watchdog Shared { get; } = new(DefaultPeriod);

    /// <summary>How many guards are to look.</summary>
    public int Count => _guards.Count;

    /// <summary>Whether it waits until it is woken.</summary>
    public bool IsAsleep => Volatile.Read(ref _sleeps) != 0;

    /// <summary>Has a guard look once, within a period.</summary>
    public void Add(StallGuard guard)
    {
        _guards.Enqueue(guard);

        // Seen asleep only after the guard is in the queue: either it is seen there, or its thread is woken.
        Interlocked.MemoryBarrier();

        if (Volatile.Read(ref _sleeps) != 0 && Interlocked.Exchange(ref _sleeps, 0) != 0)
        {
            _wake.Set();
        }
    }

    private void Run()
    {
        int emptyRounds = 0;

        while (true)
        {
            _wake.WaitOne(_period);     // it is set only while this thread sleeps
            emptyRounds = _guards.IsEmpty ? emptyRounds + 1 : 0;

            // Those that want another look are in the queue again: for the next round.
            for (int left = _guards.Count; left > 0 && _guards.TryDequeue(out StallGuard? guard); left--)
            {
                guard.Look();
            }

            if (emptyRounds == EmptyRoundsBeforeSleep)
            {
                Sleep();
                emptyRounds = 0;
            }
        }
    }

    private void Sleep()
    {
        Interlocked.Exchange(ref _sleeps, 1);

        // A guard that came before that has woken nothing.
        if (_guards.IsEmpty || Interlocked.Exchange(ref _sleeps, 0) == 0)
        {
            _wake.WaitOne();
        }
    }
}
