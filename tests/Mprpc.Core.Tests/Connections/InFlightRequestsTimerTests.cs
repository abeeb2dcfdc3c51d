using Microsoft.Extensions.Time.Testing;
using Mprpc.Connections;

namespace Mprpc.Core.Tests.Connections;

/// <summary>All deadlines of a connection are kept by one timer, which is set no more often than it must be.</summary>
public sealed class InFlightRequestsTimerTests
{
    // What System.Threading.Timer takes at most, 49 days and 17 hours: for more it throws.
    private static readonly TimeSpan LongestDueTime = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly LoggedClock _clock = new();
    private readonly InFlightRequests _requests;

    public InFlightRequestsTimerTests() => _requests = new InFlightRequests(_clock);

    [Fact]
    public void Deadline_EachEarlierThanTheLast_SetsTheOneTimer()
    {
        Add(TimeSpan.FromSeconds(3));
        Add(TimeSpan.FromSeconds(2));
        Add(TimeSpan.FromSeconds(1));

        Assert.Equal(1, _clock.Timers);
        Assert.Equal([3, 2, 1], _clock.DueTimes.Select(due => due.TotalSeconds));
    }

    [Fact]
    public void Deadline_NoEarlierThanTheNext_LeavesTheTimerAlone()
    {
        Add(TimeSpan.FromSeconds(1));

        Add(TimeSpan.FromSeconds(1));
        Add(TimeSpan.FromSeconds(2));
        Add(Timeout.InfiniteTimeSpan);

        Assert.Equal([TimeSpan.FromSeconds(1)], _clock.DueTimes);
    }

    [Fact]
    public void Deadline_LaterOneLeft_SetsTheTimerForItAMillisecondLate()
    {
        Add(TimeSpan.FromSeconds(1));
        Add(TimeSpan.FromSeconds(4));

        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(3001)], _clock.DueTimes);
    }

    [Fact]
    public void Deadline_NoneLeft_LeavesTheTimerAlone()
    {
        Add(TimeSpan.FromSeconds(1));
        Add(Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal([TimeSpan.FromSeconds(1)], _clock.DueTimes);
    }

    [Fact]
    public void Deadline_NewOneAfterAllHavePassed_SetsTheTimerAgain()
    {
        Add(TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(2));

        ValueTask<int> later = Add(TimeSpan.FromSeconds(5)).Task;
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.True(later.IsCompleted);
        Assert.Equal(1, _clock.Timers);
    }

    [Fact]
    public void Deadline_InMonths_SetsTheTimerForNoLongerThanItCanRun()
    {
        Add(TimeSpan.FromDays(365));

        _clock.Advance(TimeSpan.FromDays(100));

        Assert.True(_clock.DueTimes.Count > 1);
        Assert.All(_clock.DueTimes, due => Assert.InRange(due, TimeSpan.FromDays(1), LongestDueTime));
    }

    [Fact]
    public void Close_TimerSet_DisposesIt()
    {
        Add(TimeSpan.FromSeconds(1));

        _requests.Close(_ => new IOException("lost"));

        Assert.Equal(1, _clock.DisposedTimers);
    }

    [Fact]
    public void TryAdd_LockOfTheCaller_IsHeldWhileTheTableChanges()
    {
        var gate = new Lock();
        bool wasHeld = false;
        _clock.OnCreateTimer = () => wasHeld = gate.IsHeldByCurrentThread;

        new InFlightRequests(_clock, gate).TryAdd(PendingCall<int>.Rent("sum", TimeSpan.FromSeconds(1)));

        Assert.True(wasHeld);
    }

    private PendingCall<int> Add(TimeSpan timeout)
    {
        PendingCall<int> call = PendingCall<int>.Rent("sum", timeout);
        Assert.True(_requests.TryAdd(call));
        return call;
    }

    /// <summary>Writes down what its timers are set to.</summary>
    private sealed class LoggedClock : FakeTimeProvider
    {
        public List<TimeSpan> DueTimes { get; } = [];

        public int Timers { get; private set; }

        public int DisposedTimers { get; private set; }

        public Action? OnCreateTimer { get; set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Timers++;
            OnCreateTimer?.Invoke();
            return new LoggedTimer(this, base.CreateTimer(callback, state, dueTime, period));
        }

        private sealed class LoggedTimer(LoggedClock clock, ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                clock.DueTimes.Add(dueTime);
                return timer.Change(dueTime, period);
            }

            public void Dispose()
            {
                clock.DisposedTimers++;
                timer.Dispose();
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
