using Mprpc.Connections;

namespace Mprpc.Core.Tests.Connections;

public sealed class RunningCallsTests
{
    private readonly InFlightRequests _callsToPeer = new(TimeProvider.System);

    [Fact]
    public async Task WaitForRoomAsync_Full_CompletesWhenACallEnds()
    {
        var running = new RunningCalls(2, total: null, _callsToPeer);

        running.Add(0);
        Assert.False(running.IsFull);
        running.Add(0);
        Assert.True(running.IsFull);
        Task room = running.WaitForRoomAsync();
        Assert.False(room.IsCompleted);
        running.Remove(0);

        await room.WaitAsync(InMemoryConnection.Deadline);
        Assert.Equal(1, running.Count);
    }

    [Fact]
    public async Task WaitForNoneAsync_SomeRun_CompletesWhenTheLastEnds()
    {
        var running = new RunningCalls(2, total: null, _callsToPeer);
        await running.WaitForNoneAsync();

        running.Add(0);
        running.Add(0);
        running.Add(0);
        Task none = running.WaitForNoneAsync();
        Task room = running.WaitForRoomAsync();
        running.Remove(0);
        Assert.False(room.IsCompleted);
        running.Remove(0);
        await room.WaitAsync(InMemoryConnection.Deadline);
        Assert.False(none.IsCompleted);
        running.Remove(0);

        await none.WaitAsync(InMemoryConnection.Deadline);
    }

    [Fact]
    public async Task WaitForRoomAsync_WhatIsFullIsTheConnection_DoesNotAskTheServer()
    {
        // The server has room: asking it again and again kept a processor busy, and the pool's queue grew.
        var total = new RunningCallsTotal(10);
        var running = new RunningCalls(10, total, _callsToPeer, maxAnswerBytes: 1000);
        running.Add(1000);

        Task room = running.WaitForRoomAsync();
        bool asks = total.IsAwaited;
        bool waits = !room.IsCompleted;
        running.Remove(1000);
        await room.WaitAsync(InMemoryConnection.Deadline);

        Assert.False(asks);
        Assert.True(waits);
    }

    [Fact]
    public async Task WaitForRoomAsync_CallToThePeerIsMade_DoesNotWaitIfSaidSo()
    {
        // Its answer would never be read.
        var running = new RunningCalls(1, total: null, _callsToPeer);
        running.Add(0);
        Task room = running.WaitForRoomAsync(orOnCallToPeer: true);
        Assert.False(room.IsCompleted);

        _callsToPeer.TryAdd(PendingCall<int>.Rent("back", Timeout.InfiniteTimeSpan));
        running.Recheck();

        await room.WaitAsync(InMemoryConnection.Deadline);
        Assert.True(running.IsFull);
        Assert.False(running.WaitForRoomAsync().IsCompleted);
    }

    [Fact]
    public async Task IsFull_PromisedBytesReachTheBound_UntilTheyAreLess()
    {
        var running = new RunningCalls(100, total: null, _callsToPeer, maxAnswerBytes: 1000);

        running.Add(promised: 600);
        Assert.False(running.IsFull);
        running.Add(promised: 400);
        Assert.True(running.IsFull);
        Assert.True(running.IsFullOfPromises);
        Task room = running.WaitForRoomAsync();
        running.Remove(promised: 400);

        await room.WaitAsync(InMemoryConnection.Deadline);
        Assert.Equal(1, running.Count);
    }

    [Fact]
    public async Task LastTenth_OfTheServersPlaces_IsForConnectionsWithoutCalls()
    {
        var total = new RunningCallsTotal(10);
        var greedy = new RunningCalls(100, total, _callsToPeer);
        RunningCalls[] others = [.. Enumerable.Range(0, 3).Select(_ => new RunningCalls(100, total, _callsToPeer))];

        for (int i = 0; i < 9; i++)
        {
            Assert.False(greedy.IsFull);
            greedy.Add(0);
        }

        Assert.True(greedy.IsFull);
        Assert.False(others[0].IsFull);
        others[0].Add(0);
        Assert.True(others[1].IsFull);          // never above the limit
        Task[] rooms = [greedy.WaitForRoomAsync(), others[1].WaitForRoomAsync()];
        others[0].Remove(0);
        await rooms[1].WaitAsync(InMemoryConnection.Deadline);
        Assert.False(rooms[0].IsCompleted);
        greedy.Remove(0);

        await rooms[0].WaitAsync(InMemoryConnection.Deadline);
    }

    [Fact]
    public async Task LimitsOfTheServer_Raised_LetThoseGoOnWhoWait()
    {
        var total = new RunningCallsTotal(1, maxAnswerBytes: 1000);
        RunningCalls[] calls = [.. Enumerable.Range(0, 4).Select(_ => new RunningCalls(100, total, _callsToPeer))];
        calls[0].Add(0);
        Task[] rooms = [calls[1].WaitForRoomAsync(), calls[2].WaitForRoomAsync()];
        Assert.DoesNotContain(rooms, room => room.IsCompleted);

        total.ChangeLimits(100, maxAnswerBytes: 1000);
        await Task.WhenAll(rooms).WaitAsync(InMemoryConnection.Deadline);
        calls[1].Add(promised: 1000);
        Task bytes = calls[0].WaitForRoomAsync();
        bool waits = !bytes.IsCompleted;
        total.ChangeLimits(100, maxAnswerBytes: 2000);

        await bytes.WaitAsync(InMemoryConnection.Deadline);
        Assert.True(waits);
    }

    [Fact]
    public async Task LimitsOfTheServer_Lowered_HoldForWhatBeginsThen()
    {
        var total = new RunningCallsTotal(100);
        var running = new RunningCalls(100, total, _callsToPeer);
        var next = new RunningCalls(100, total, _callsToPeer);
        running.Add(0);
        running.Add(0);

        total.ChangeLimits(1, ConnectionLimits.DefaultMaxUnsentAnswerBytesTotal);
        Task room = next.WaitForRoomAsync();
        running.Remove(0);
        bool waits = !room.IsCompleted && next.IsFull;
        running.Remove(0);

        await room.WaitAsync(InMemoryConnection.Deadline);
        Assert.True(waits);
        Assert.Equal(0, total.Count);
    }

    [Fact]
    public async Task LimitsOfTheServer_RaisedRacingOneWhoBeginsToWait_AreNeverMissed()
    {
        for (int i = 0; i < 5000; i++)
        {
            var total = new RunningCallsTotal(1);
            var busy = new RunningCalls(1, total, _callsToPeer);
            var waiting = new RunningCalls(1, total, _callsToPeer);
            busy.Add(0);
            Task raising = Task.Run(() => total.ChangeLimits(2, ConnectionLimits.DefaultMaxUnsentAnswerBytesTotal));

            await waiting.WaitForRoomAsync().WaitAsync(InMemoryConnection.Deadline);
            await raising;
        }
    }

    [Fact]
    public async Task BytesOfTheServer_AllTaken_ConnectionsWithNothingUnsentGoOn()
    {
        var total = new RunningCallsTotal(100, maxAnswerBytes: 1000);
        var slow = new RunningCalls(100, total, _callsToPeer);
        var busy = new RunningCalls(100, total, _callsToPeer);
        var idle = new RunningCalls(100, total, _callsToPeer);

        busy.Add(promised: 10);
        slow.SetUnsent(1000);
        Assert.True(busy.IsFull);
        Assert.False(idle.IsFull);
        Task room = busy.WaitForRoomAsync();
        Assert.False(room.IsCompleted);
        slow.SetUnsent(0);

        await room.WaitAsync(InMemoryConnection.Deadline);
    }

    [Fact]
    public async Task WaitForRoomAsync_RacingRemove_IsNeverMissed()
    {
        for (int i = 0; i < 5000; i++)
        {
            var running = new RunningCalls(1, total: null, _callsToPeer);
            running.Add(0);
            Task removing = Task.Run(() => running.Remove(0));

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
        busy.Add(0);
        Task[] rooms = [.. waiting.Select(calls => calls.WaitForRoomAsync())];
        Assert.DoesNotContain(rooms, room => room.IsCompleted);

        busy.Remove(0);

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
            busy.Add(0);
            Task removing = Task.Run(() => busy.Remove(0));

            await waiting.WaitForRoomAsync().WaitAsync(InMemoryConnection.Deadline);
            await removing;
        }
    }
}
