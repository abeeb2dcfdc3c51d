using Mprpc.Connections;

namespace Mprpc.Protocol.Tests.Connections;

public sealed class RunningCallsTests
{
    private readonly InFlightRequests _callsToPeer = new(TimeProvider.System);

    [Fact]
    public async Task WaitForRoomAsync_Full_CompletesWhenACallEnds()
    {
        var running = new RunningCalls(2, total: null, _callsToPeer);

        running.Add();
        Assert.False(running.IsFull);
        running.Add();
        Assert.True(running.IsFull);
        Task room = running.WaitForRoomAsync();
        Assert.False(room.IsCompleted);
        running.Remove();

        await room.WaitAsync(InMemoryConnection.Deadline);
        Assert.Equal(1, running.Count);
    }

    [Fact]
    public async Task WaitForNoneAsync_SomeRun_CompletesWhenTheLastEnds()
    {
        var running = new RunningCalls(2, total: null, _callsToPeer);
        await running.WaitForNoneAsync();

        running.Add();
        running.Add();
        running.Add();
        Task none = running.WaitForNoneAsync();
        Task room = running.WaitForRoomAsync();
        running.Remove();
        Assert.False(room.IsCompleted);
        running.Remove();
        await room.WaitAsync(InMemoryConnection.Deadline);
        Assert.False(none.IsCompleted);
        running.Remove();

        await none.WaitAsync(InMemoryConnection.Deadline);
    }

    [Fact]
    public async Task WaitForRoomAsync_CallToThePeerIsMade_DoesNotWait()
    {
        // Its answer would never be read.
        var running = new RunningCalls(1, total: null, _callsToPeer);
        running.Add();
        Task room = running.WaitForRoomAsync();
        Assert.False(room.IsCompleted);
        Assert.False(running.MustRefuse);       // a call that was read when there was room still

        _callsToPeer.TryAdd(PendingCall<int>.Rent("back", Timeout.InfiniteTimeSpan));
        running.Recheck();

        await room.WaitAsync(InMemoryConnection.Deadline);
        Assert.True(running.IsFull);
        Assert.False(running.MustWait);
        Assert.True(running.MustRefuse);
    }

    [Fact]
    public async Task WaitForRoomAsync_RacingRemove_IsNeverMissed()
    {
        for (int i = 0; i < 5000; i++)
        {
            var running = new RunningCalls(1, total: null, _callsToPeer);
            running.Add();
            Task removing = Task.Run(running.Remove);

            await running.WaitForRoomAsync().WaitAsync(InMemoryConnection.Deadline);
            await running.WaitForNoneAsync().WaitAsync(InMemoryConnection.Deadline);
            await removing;
        }
    }

    [Fact]
    public async Task WaitForRoomAsync_ServerFull_AllWhoWaitGoOnThoughNoneTakesAPlace()
    {
        // As with methods that end at once: a connection that goes on need not have a call that ends later, and wakes the next.
        var total = new RunningCallsTotal(1);
        var busy = new RunningCalls(1, total, _callsToPeer);
        RunningCalls[] waiting = [.. Enumerable.Range(0, 10).Select(_ => new RunningCalls(1, total, _callsToPeer))];
        busy.Add();
        Task[] rooms = [.. waiting.Select(calls => calls.WaitForRoomAsync())];
        Assert.DoesNotContain(rooms, room => room.IsCompleted);

        busy.Remove();

        await Task.WhenAll(rooms).WaitAsync(InMemoryConnection.Deadline);
    }

    [Fact]
    public async Task WaitForRoomAsync_ServerFullRacingItsLastCall_IsNeverMissed()
    {
        for (int i = 0; i < 5000; i++)
        {
            var total = new RunningCallsTotal(1);
            var busy = new RunningCalls(1, total, _callsToPeer);
            var waiting = new RunningCalls(1, total, _callsToPeer);
            busy.Add();
            Task removing = Task.Run(busy.Remove);

            await waiting.WaitForRoomAsync().WaitAsync(InMemoryConnection.Deadline);
            await removing;
        }
    }
}
