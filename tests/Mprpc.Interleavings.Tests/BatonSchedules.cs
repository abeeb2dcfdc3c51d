using Mprpc.Interleavings.Tests.Models;
using Mprpc.Interleavings.Tests.Stepping;
using Mprpc.Scheduling;

namespace Mprpc.Interleavings.Tests;

public sealed class BatonSchedules
{
    [Fact]
    public void TryTake_WhileCodeIsLeftAndEntered_TellsWhatHoldsTheThreadUp()
        => Explore.Each(
            () =>
            {
                var baton = new Baton();
                string? running = null;

                return new Scenario(
                    () => { },
                    () =>
                    {
                        foreach (string code in new[] { "first", "second" })
                        {
                            running = code;
                            long entry = baton.Enter(code);

                            if (!baton.TryLeave(entry))
                            {
                                return;
                            }

                            running = null;
                        }
                    },
                    () =>
                    {
                        if (baton.TryGetEntry(out long entry) && baton.TryTake(entry, out object? occupant))
                        {
                            Assert.Equal(running, occupant);
                        }
                    });
            },
            preemptions: 3);

    [Fact]
    public void TryTake_BesideTheHolder_LeavesOneHolder()
        => Explore.Each(
            () =>
            {
                var baton = new Baton();
                int holders = 0;

                return new Scenario(
                    () => Assert.Equal(1, holders),
                    () =>
                    {
                        bool isHolder = true;

                        for (int i = 0; i < 2 && isHolder; i++)
                        {
                            isHolder = baton.TryLeave(baton.Enter(null));
                        }

                        if (isHolder)
                        {
                            holders++;
                        }
                    },
                    () =>
                    {
                        if (baton.TryGetEntry(out long entry) && baton.TryTake(entry, out _))
                        {
                            holders++;
                        }
                    });
            },
            preemptions: 3);

    [Fact]
    public void TryTake_ByTwoThreads_LeavesOneHolder()
        => Explore.Random(() =>
        {
            var baton = new Baton();
            int holders = 0;

            return new Scenario(
                () => Assert.Equal(1, holders),
                () =>
                {
                    if (baton.TryLeave(baton.Enter(null)))
                    {
                        holders++;
                    }
                },
                Take,
                Take);

            void Take()
            {
                if (baton.TryGetEntry(out long entry) && baton.TryTake(entry, out _))
                {
                    holders++;
                }
            }
        });

    [Fact]
    public void NumberedRole_TwoEntriesOfOneHolder_AreTakenForEachOther()
    {
        // The proof that these schedules find what they look for: the role that the baton has replaced.
        var exception = Assert.Throws<InvalidOperationException>(() => Explore.Each(() =>
        {
            var role = new NumberedRole();
            string? running = null;

            return new Scenario(
                () => { },
                () =>
                {
                    foreach (string code in new[] { "first", "second" })
                    {
                        running = code;
                        long entry = role.Enter();

                        if (!role.TryLeave(entry))
                        {
                            return;
                        }

                        running = null;
                    }
                },
                () =>
                {
                    long progress = role.Progress;

                    if (role.IsInUserCode && role.TryTake(progress, () => running, out string? occupant))
                    {
                        Assert.Equal(running, occupant);
                    }
                });
        },
        preemptions: 3));

        Assert.Contains("MPRPC_SCHEDULE", exception.Message, StringComparison.Ordinal);
        Assert.Contains("second", exception.Message, StringComparison.Ordinal);
    }
}
