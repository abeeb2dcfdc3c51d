using Mprpc.Core.Tests.Concurrency;
using Mprpc.Tests.Kit;
using Mprpc.Transports.Sockets;

namespace Mprpc.Core.Tests.Transports.Sockets;

/// <summary>Who waits goes on as often as it has become worth a try, never less.</summary>
public sealed class ReadinessTests
{
    private readonly Readiness _readiness = new(isReady: true);

    [Fact]
    public void WaitAsync_OfOneThatIsReady_CompletesOnce()
    {
        ValueTask first = _readiness.WaitAsync();
        ValueTask second = _readiness.WaitAsync();

        Assert.True(first.IsCompletedSuccessfully);
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public void WaitAsync_OfOneThatIsNotReady_CompletesWhenItIs()
    {
        var readiness = new Readiness(isReady: false);
        ValueTask first = readiness.WaitAsync();
        bool wasCompleted = first.IsCompleted;

        readiness.Set(onThisThread: true);

        Assert.False(wasCompleted);
        Assert.True(first.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task WaitAsync_AfterSeveralSets_CompletesOnce()
    {
        await _readiness.WaitAsync();
        _readiness.Set(onThisThread: true);
        _readiness.Set(onThisThread: false);

        ValueTask first = _readiness.WaitAsync();
        ValueTask second = _readiness.WaitAsync();

        Assert.True(first.IsCompletedSuccessfully);
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task Set_OnThisThread_GoesOnBeforeItReturns()
    {
        Task<int> waiting = ThreadThatGoesOnAsync();

        _readiness.Set(onThisThread: true);

        Assert.True(waiting.IsCompleted);
        Assert.Equal(Environment.CurrentManagedThreadId, await waiting);
    }

    [Fact]
    public async Task Set_NotOnThisThread_GoesOnElsewhere()
    {
        Task<int> waiting = ThreadThatGoesOnAsync();
        int thread = 0;

        // On a thread that is not of the pool, and so can be none that goes on.
        await Noise.RunAsync(_ =>
        {
            thread = Environment.CurrentManagedThreadId;
            _readiness.Set(onThisThread: false);
            Assert.True(waiting.Wait(Bounded.Time));
        });

        Assert.NotEqual(thread, await waiting);
    }

    [Fact]
    public async Task Set_WhileNobodyGoesOnAnyMore_IsKeptForTheNextWait()
    {
        Task<int> waiting = ThreadThatGoesOnAsync();
        _readiness.Set(onThisThread: true);
        _readiness.Set(onThisThread: true);
        await waiting;
        ValueTask next = _readiness.WaitAsync();

        Assert.True(next.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Set_RacingTheOneWhoWaits_IsNeverLost()
    {
        const int Setters = 3;
        const int Items = 20_000;
        int waiting = 0;
        Task taking = TakeAllAsync();

        await Noise.RunAsync(Enumerable.Repeat<Action<Random>>(random => Bring(random), Setters));
        await taking.InTime();

        Assert.Equal(0, waiting);

        void Bring(Random random)
        {
            for (int i = 0; i < Items; i++)
            {
                Interlocked.Increment(ref waiting);
                _readiness.Set(onThisThread: random.Next(2) == 0);
                Noise.Make(random);
            }
        }

        async Task TakeAllAsync()
        {
            for (int taken = 0; taken < Setters * Items; taken += Interlocked.Exchange(ref waiting, 0))
            {
                await _readiness.WaitAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<int> ThreadThatGoesOnAsync()
    {
        await _readiness.WaitAsync();       // which a new one does not wait for
        await _readiness.WaitAsync().ConfigureAwait(false);
        return Environment.CurrentManagedThreadId;
    }
}
