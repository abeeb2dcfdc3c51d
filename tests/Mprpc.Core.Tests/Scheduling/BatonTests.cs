using Mprpc.Core.Tests.Concurrency;
using Mprpc.Scheduling;

namespace Mprpc.Core.Tests.Scheduling;

/// <summary>Of the thread that leaves user code and those that would take the loop over, one has it.</summary>
public sealed class BatonTests
{
    private readonly Baton _baton = new();

    [Fact]
    public void TryTake_OfThePresentEntry_TellsWhatRunsAndMakesANewHolder()
    {
        int holder = _baton.Holder;
        long entry = _baton.Enter("method");

        bool isTaken = _baton.TryTake(entry, out object? occupant);

        Assert.True(isTaken);
        Assert.Equal("method", occupant);
        Assert.False(_baton.IsHeldBy(holder));
        Assert.False(_baton.TryLeave(entry));
        Assert.False(_baton.TryGetEntry(out _));
    }

    [Fact]
    public void TryTake_OfAnEarlierEntry_TakesNothing()
    {
        long first = _baton.Enter(occupant: null);
        bool hasLeft = _baton.TryLeave(first);
        long second = _baton.Enter(occupant: null);

        Assert.True(hasLeft);
        Assert.False(_baton.TryTake(first, out _));
        Assert.True(_baton.TryLeave(second));
        Assert.False(_baton.TryTake(second, out _));
    }

    [Fact]
    public void NextEntry_BeforeEnter_IsWhatItReturns()
    {
        long expected = _baton.NextEntry;

        Assert.Equal(expected, _baton.Enter(occupant: null));
    }

    [Fact]
    public void Release_OutsideUserCode_MakesANewHolderOfWhomNoEntryHasBeen()
    {
        int holder = _baton.Holder;
        long entry = _baton.Enter(occupant: null);
        _baton.TryLeave(entry);

        _baton.Release();

        Assert.False(_baton.IsHeldBy(holder));
        Assert.NotEqual(entry, _baton.Enter(occupant: null));
    }

    [Fact]
    public async Task Loop_WhoseThreadsAreTakenOverAtAnyTime_IsRunByOneAtATime()
    {
        const int Entries = 50_000;
        int left = Entries;
        int running = 0;
        int faults = 0;
        long stolen = 0;
        using var ended = new ManualResetEventSlim();

        await Noise.RunAsync([random => Run(random), random => Steal(random), random => Steal(random)]);

        Assert.Equal(0, faults);
        Assert.True(Volatile.Read(ref left) <= 0);
        TestContext.Current.SendDiagnosticMessage("{0} of {1} entries were taken over.", stolen, Entries);

        // What belongs to the loop is done between two entries.
        void Run(Random random)
        {
            while (Interlocked.Decrement(ref left) > 0)
            {
                faults += Interlocked.Increment(ref running) == 1 ? 0 : 1;
                Interlocked.Decrement(ref running);
                long entry = _baton.Enter(random);
                Noise.Make(random);

                if (!_baton.TryLeave(entry))
                {
                    return;
                }
            }

            ended.Set();
        }

        void Steal(Random random)
        {
            while (!ended.IsSet)
            {
                if (_baton.TryGetEntry(out long entry))
                {
                    Noise.Make(random);

                    if (_baton.TryTake(entry, out object? occupant))
                    {
                        faults += occupant is Random ? 0 : 1;
                        Interlocked.Increment(ref stolen);
                        Run(random);
                    }
                }
            }
        }
    }
}
