using Mprpc.Interleavings.Tests.Stepping;
using Mprpc.Transports.Sockets;

namespace Mprpc.Interleavings.Tests;

public sealed class ReadinessSchedules
{
    [Fact]
    public void WaitAsync_WhileItBecomesReady_Completes()
        => Explore.Each(
            () =>
            {
                var readiness = new Readiness(isReady: false);
                ValueTask wait = default;

                return new Scenario(
                    () => Assert.True(wait.IsCompleted, "The wait was not ended."),
                    () => wait = readiness.WaitAsync(),
                    () => readiness.Set(onThisThread: true));
            },
            preemptions: 4);

    [Fact]
    public void WaitAsync_WhileTwoSayItIsReady_CompletesAndMayBeAwaitedAgain()
        => Explore.Random(() =>
        {
            var readiness = new Readiness(isReady: false);
            int ended = 0;
            bool waits = false;

            return new Scenario(
                () => Assert.True(ended == 2 || (ended == 1 && waits), $"{ended} waits have ended, and {(waits ? "one" : "none")} waits."),
                () =>
                {
                    Wait();
                },
                () => readiness.Set(onThisThread: true),
                () => readiness.Set(onThisThread: true));

            void Wait()
            {
                System.Runtime.CompilerServices.ValueTaskAwaiter wait = readiness.WaitAsync().GetAwaiter();

                if (wait.IsCompleted)
                {
                    Ended(wait);
                }
                else
                {
                    waits = true;
                    wait.UnsafeOnCompleted(() => Ended(wait));
                }
            }

            void Ended(System.Runtime.CompilerServices.ValueTaskAwaiter wait)
            {
                wait.GetResult();
                waits = false;

                if (++ended < 2)
                {
                    Wait();
                }
            }
        });

    [Fact]
    public void WaitAsync_ReadyTwiceBeforeAndInBetween_LosesNone()
        => Explore.Each(
            () =>
            {
                // Each Set after the last wait began must end it.
                var readiness = new Readiness(isReady: true);
                bool[] isEnded = new bool[2];

                return new Scenario(
                    () => Assert.True(isEnded[0]),
                    () =>
                    {
                        isEnded[0] = readiness.WaitAsync().IsCompleted;
                        ValueTask second = readiness.WaitAsync();
                        second.GetAwaiter().UnsafeOnCompleted(() => isEnded[1] = true);
                    },
                    () => readiness.Set(onThisThread: true));
            },
            preemptions: 3);
}
