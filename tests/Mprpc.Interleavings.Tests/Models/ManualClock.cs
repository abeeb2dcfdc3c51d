namespace Mprpc.Interleavings.Tests.Models;

/// <summary>A clock whose timers run when a thread of the schedule says so, on that thread.</summary>
internal sealed class ManualClock : TimeProvider
{
    private TimerCallback? _callback;
    private object? _state;
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _callback = callback;
        _state = state;
        return new Timer();
    }

    /// <summary>Moves on, and runs the timer, which was due.</summary>
    public void Elapse(TimeSpan time)
    {
        _now += time.Ticks;
        _callback?.Invoke(_state);
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
