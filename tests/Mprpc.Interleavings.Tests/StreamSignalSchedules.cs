using Mprpc.Interleavings.Tests.Stepping;
using Mprpc.Streams;

namespace Mprpc.Interleavings.Tests;

public sealed class StreamSignalSchedules
{
    [Fact]
    public void WaitAsync_WhileItIsSet_IsEndedOrSeesTheChange()
        => Explore.Each(() => Waiting(setters: 1), preemptions: 4);

    [Fact]
    public void WaitAsync_WhileTwoSetIt_IsEndedOrSeesBothChanges()
        => Explore.Each(() => Waiting(setters: 2), preemptions: 3);

    [Fact]
    public void WaitAsync_WhileThreeSetItOverAndOver_LosesNoChange()
        => Explore.Random(() => Waiting(setters: 3, times: 3));

    /// <summary>A waiter looks for changes as a pump does, and waits where there is none: in the end it has seen all.</summary>
    private static Scenario Waiting(int setters, int times = 1)
    {
        var signal = new StreamSignal();
        int changes = 0;
        int seen = 0;
        ValueTask pending = default;

        return new Scenario(
            () =>
            {
                // It goes on where it waits in vain no longer, until it waits again.
                while (pending.IsCompleted && Volatile.Read(ref changes) != seen)
                {
                    pending.GetAwaiter().GetResult();
                    Look();
                }

                Assert.True(seen == setters * times, $"{seen} of {setters * times} changes were seen; the waiter sleeps.");
            },
            [Look, .. Enumerable.Range(0, setters).Select(_ => (Action)Set)]);

        void Look()
        {
            while (true)
            {
                seen = Volatile.Read(ref changes);

                if (seen == setters * times)
                {
                    return;
                }

                pending = signal.WaitAsync();

                if (!pending.IsCompleted)
                {
                    return;
                }

                pending.GetAwaiter().GetResult();
                pending = default;
            }
        }

        void Set()
        {
            for (int i = 0; i < times; i++)
            {
                Interlocked.Increment(ref changes);
                signal.Set();
            }
        }
    }
}
