using Mprpc.Scheduling;

namespace Mprpc.Core.Tests.Scheduling;

/// <summary>Code that blocks once is soon forgiven; code that does it again and again is not.</summary>
public sealed class BlockingPenaltyTests
{
    private BlockingPenalty _penalty;

    [Fact]
    public void IsHeld_WithoutAStall_IsFalse()
    {
        Assert.False(_penalty.IsHeld);
        Assert.False(_penalty.IsHeldAt(long.MaxValue));
    }

    [Fact]
    public void Raise_Once_HoldsForATenthOfASecond()
    {
        _penalty.Raise(now: 1_000);

        Assert.True(_penalty.IsHeldAt(1_000));
        Assert.True(_penalty.IsHeldAt(1_099));
        Assert.False(_penalty.IsHeldAt(1_100));
        Assert.False(_penalty.IsHeldAt(1_050));     // over is over: the clock is not asked for ever
    }

    [Fact]
    public void Raise_AgainWithinTheLastTerm_HoldsFourTimesAsLongUpToTenSeconds()
    {
        long now = 1_000;
        List<long> terms = [];

        for (int i = 0; i < 6; i++)
        {
            _penalty.Raise(now);
            terms.Add(Term(now));
            now += terms[^1] + 1;       // as soon as it is forgiven
        }

        Assert.Equal([100, 400, 1_600, 6_400, 10_000, 10_000], terms);

        long Term(long begin)
        {
            long end = begin;

            while (_penalty.IsHeldAt(end))
            {
                end += 100;
            }

            return end - begin;
        }
    }

    [Fact]
    public void Raise_LongAfterTheLastTerm_IsAnAccidentAgain()
    {
        _penalty.Raise(now: 1_000);
        _penalty.Raise(now: 1_150);
        bool wasRepeated = _penalty.IsHeldAt(1_549);
        _penalty.Raise(now: 1_550 + 401);

        Assert.True(wasRepeated);
        Assert.True(_penalty.IsHeldAt(1_951 + 99));
        Assert.False(_penalty.IsHeldAt(1_951 + 100));
    }
}
