using Mprpc.Core.Tests.Concurrency;
using Mprpc.Scheduling;

namespace Mprpc.Core.Tests.Scheduling;

/// <summary>A loop is held up if two looks find it in one entry into user code, and in no other case.</summary>
public sealed class StallGuardTests
{
    private readonly FakeLoop _loop = new();

    // Looks are made by the tests.
    private readonly Watchdog _watchdog = new(TimeSpan.FromMinutes(10));
    private readonly StallGuard _guard;

    public StallGuardTests() => _guard = new StallGuard(_loop, _watchdog);

    [Fact]
    public void Look_TwiceInOneEntry_TakesThatEntryOver()
    {
        long entry = _loop.Baton.Enter(occupant: null);

        _guard.Look();
        int takenAtFirst = _loop.Taken.Count;
        _guard.Look();

        Assert.Equal(0, takenAtFirst);
        Assert.Equal([entry], _loop.Taken);
    }

    [Fact]
    public void Look_OutsideUserCode_TakesNothing()
    {
        _guard.Look();
        _guard.Look();
        _loop.Baton.TryLeave(_loop.Baton.Enter(occupant: null));
        _guard.Look();
        _guard.Look();

        Assert.Empty(_loop.Taken);
    }

    [Fact]
    public void Look_InAnEntryAfterTheOneSeen_TakesNothing()
    {
        _loop.Baton.TryLeave(_loop.Baton.Enter(occupant: null));
        long seen = _loop.Baton.Enter(occupant: null);
        _guard.Look();
        _loop.Baton.TryLeave(seen);
        _loop.Baton.Enter(occupant: null);
        _guard.Look();

        Assert.Empty(_loop.Taken);
    }

    [Fact]
    public void Look_InTheFirstEntryOfANewHolder_TakesNothing()
    {
        _loop.Baton.Enter(occupant: null);
        _guard.Look();
        _loop.Baton.TryGetEntry(out long seen);
        _loop.Baton.TryTake(seen, out _);
        _loop.Baton.Enter(occupant: null);      // the first of its holder, as the one seen was

        _guard.Look();

        Assert.Empty(_loop.Taken);
    }

    [Fact]
    public void Look_WhileTheSameEntryGoesOn_AsksAgainAfterTwoMoreLooks()
    {
        long entry = _loop.Baton.Enter(occupant: null);

        for (int i = 0; i < 4; i++)
        {
            _guard.Look();
        }

        Assert.Equal([entry, entry], _loop.Taken);      // what was asked first may not have got a thread yet
    }

    [Fact]
    public void Look_AtALoopThatIsBusy_IsRepeated()
    {
        _loop.IsBusy = true;
        _guard.Look();
        int countWhileBusy = _watchdog.Count;
        var idle = new StallGuard(new FakeLoop(), _watchdog);
        idle.Look();

        Assert.Equal(1, countWhileBusy);
        Assert.Equal(1, _watchdog.Count);
    }

    [Fact]
    public async Task Watch_ByManyThreadsAtOnce_QueuesTheGuardOnce()
    {
        const int Guards = 20_000;
        StallGuard[] guards = [.. Enumerable.Range(0, Guards).Select(_ => new StallGuard(new FakeLoop(), _watchdog))];
        int next = 0;
        using var barrier = new Barrier(2);

        await Noise.RunAsync(Enumerable.Repeat<Action<Random>>(_ => WatchAll(), 2));

        Assert.Equal(Guards, _watchdog.Count);

        // Both at the same one at the same time, as near as two threads come.
        void WatchAll()
        {
            barrier.SignalAndWait();

            for (int i = 0; i < Guards; i++)
            {
                int own = Interlocked.Increment(ref next);

                while (Volatile.Read(ref next) < own + (own % 2) && Volatile.Read(ref next) < 2 * Guards)
                {
                    Thread.SpinWait(1);
                }

                guards[i].Watch();
            }
        }
    }
}
