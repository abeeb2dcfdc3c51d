using Mprpc.Scheduling;
using Mprpc.Tests.Kit;

namespace Mprpc.Core.Tests.Scheduling;

/// <summary>Each guard that is added looks once, whether the watchdog was awake or asleep.</summary>
public sealed class WatchdogTests
{
    private readonly Watchdog _watchdog = new(TimeSpan.FromMilliseconds(1));

    [Fact]
    public async Task Add_OfAGuard_HasItLookOnce()
    {
        var loop = new FakeLoop();
        loop.Baton.Enter(occupant: null);
        var guard = new StallGuard(loop, _watchdog);

        guard.Watch();
        await Bounded.Until(() => _watchdog.Count == 0 && _watchdog.IsAsleep, "that all have looked");
        int takenAtFirst = loop.Taken.Count;
        guard.Watch();
        await Bounded.Until(() => loop.Taken.Count > 0, "the second look");

        Assert.Equal(0, takenAtFirst);
        Assert.Single(loop.Taken);
    }

    [Fact]
    public async Task Add_WhileItFallsAsleep_IsNeverLost()
    {
        for (int i = 0; i < 200; i++)
        {
            var loop = new FakeLoop();
            loop.Baton.Enter(occupant: null);
            var guard = new StallGuard(loop, _watchdog);
            await Bounded.Until(() => _watchdog.IsAsleep || i % 4 != 0, "that it sleeps");

            guard.Watch();
            await Bounded.Until(() => _watchdog.Count == 0, "the first look");
            guard.Watch();
            await Bounded.Until(() => _watchdog.Count == 0, "the second look");
        }

        await Bounded.Until(() => _watchdog.IsAsleep, "that it sleeps again");
    }

    [Fact]
    public async Task Loop_ThatIsBusyAndHeldUp_IsTakenOverWithoutBeingWatchedAgain()
    {
        var loop = new FakeLoop { IsBusy = true };
        long entry = loop.Baton.Enter(occupant: null);
        var guard = new StallGuard(loop, _watchdog);

        guard.Watch();
        await Bounded.Until(() => loop.Taken.Count > 0, "that it is taken over");
        loop.IsBusy = false;
        await Bounded.Until(() => _watchdog.IsAsleep, "that nothing is left to look at");

        Assert.Equal(entry, loop.Taken[0]);
    }
}
