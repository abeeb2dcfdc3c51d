using Mprpc.Tests.Kit;

namespace Mprpc.Core.Tests.Connections;

/// <summary>Cancellation and deadlines of requests that wait for room, and what goes ahead of them.</summary>
public sealed class WaitingRequestsTests
{
    private const string CancelledBefore = "cancelled: The call was cancelled before it began.";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]       // further back than what is searched
    [InlineData(299)]
    public async Task Cancel_OfARequestThatWaits_NeverRunsIt(int position)
    {
        await using var peer = new ControlledPeer(maxRunningCalls: 1);
        await peer.SendAsync(ControlBytes.Request(1, "wait"));
        await peer.EnteredAsync();
        await peer.SendAsync([.. Enumerable.Range(1000, 300).Select(id => ControlBytes.Request(id, "count"))]);

        await peer.SendAsync(ControlBytes.Cancel(1000 + position));
        await peer.SendAsync(ControlBytes.Cancel(1));
        List<(long Id, string? Error)> answers = await ReadAsync(peer, 301);
        await peer.Peer.AssertNothingElseAsync();

        Assert.Equal(1 + 299, peer.Service.Begun);
        Assert.Equal(CancelledBefore, answers.Single(answer => answer.Id == 1000 + position).Error);
        Assert.Equal(299, answers.Count(answer => answer.Error is null));
    }

    [Fact]
    public async Task Cancel_OfARequestThatIsFirst_IsAnsweredWhileNothingHasRoom()
    {
        await using var peer = new ControlledPeer(maxRunningCalls: 1);
        await peer.SendAsync(ControlBytes.Request(1, "wait"), ControlBytes.Request(2, "count"), ControlBytes.Request(3, "count"));

        await peer.SendAsync(ControlBytes.Cancel(2), ControlBytes.Cancel(3));
        List<(long, string?)> answers = await ReadAsync(peer, 2);
        await peer.Peer.AssertNothingElseAsync();

        Assert.Equal([(2, CancelledBefore), (3, CancelledBefore)], answers);
    }

    [Fact]
    public async Task Cancel_RepeatedWhenTheRequestHasComeToTheFront_DoesNotReachALaterOneOfTheSameMsgid()
    {
        await using var peer = new ControlledPeer(maxRunningCalls: 1);
        await peer.SendAsync(ControlBytes.Request(1, "wait"), ControlBytes.Request(2, "wait"), ControlBytes.Request(7, "count"), ControlBytes.Cancel(7));
        await peer.EnteredAsync();
        peer.Service.EnterAgain();
        await peer.SendAsync(ControlBytes.Cancel(1));
        List<(long, string?)> first = await ReadAsync(peer, 1);
        await peer.EnteredAsync();      // 2 has the place, 7 is the first that waits

        await peer.SendAsync(ControlBytes.Cancel(7));
        first.AddRange(await ReadAsync(peer, 1));
        await peer.SendAsync(ControlBytes.Request(7, "count"), ControlBytes.Cancel(2));
        List<(long, string?)> later = await ReadAsync(peer, 2);

        Assert.Equal([(1, "cancelled: The call was cancelled."), (7, CancelledBefore)], first);
        Assert.Equal([(2, "cancelled: The call was cancelled."), (7, null)], later.Order());
    }

    [Fact]
    public async Task Cancel_OfWhatIsNotThere_DoesNotReachALaterRequest()
    {
        await using var peer = new ControlledPeer(maxRunningCalls: 1);
        await peer.SendAsync(ControlBytes.Request(1, "wait"));
        await peer.SendAsync([.. Enumerable.Range(1000, 300).Select(id => ControlBytes.Request(id, "count"))]);

        await peer.SendAsync(ControlBytes.Cancel(7), ControlBytes.Request(7, "count"), ControlBytes.Cancel(1));
        List<(long Id, string? Error)> answers = await ReadAsync(peer, 302);

        Assert.Null(answers.Single(answer => answer.Id == 7).Error);
    }

    [Fact]
    public async Task Deadline_ThatPassesWhileTheRequestWaits_IsAnsweredAndNeverRun()
    {
        await using var peer = new ControlledPeer(maxRunningCalls: 1);
        await peer.SendAsync(ControlBytes.Request(1, "wait"));
        await peer.EnteredAsync();
        await peer.SendAsync(
            ControlBytes.Call(2, ControlBytes.Timeout(50), "count"), ControlBytes.Call(3, ControlBytes.Timeout(500), "count"), ControlBytes.Call(4, "c0",
                "count"));
        await peer.Peer.AssertNothingElseAsync();

        peer.Clock.Advance(TimeSpan.FromMilliseconds(100));
        await peer.SendAsync(ControlBytes.Cancel(1));
        List<(long Id, string? Error)> answers = await ReadAsync(peer, 4);

        Assert.Equal(1 + 2, peer.Service.Begun);
        Assert.Equal("timeout: The 50 ms that the caller gave the call were over before it began.", answers.Single(answer => answer.Id == 2).Error);
    }

    [Fact]
    public async Task Deadline_OfACallBehindOneThatHeldTheLoopUp_CountsFromItsOwnReading()
    {
        await using var peer = new ControlledPeer(maxRunningCalls: 3);
        await peer.SendAsync(ControlBytes.Request(1, "wait"), ControlBytes.Request(2, "wait"), ControlBytes.Request(3, "wait"));
        await peer.UntilRunningAsync(3);
        await peer.SendAsync(ControlBytes.Call(4, "c0", "hold"));
        await peer.Peer.AssertNothingElseAsync();
        peer.Service.EnterAgain();
        await peer.SendAsync(ControlBytes.Cancel(1), ControlBytes.Cancel(2));
        await ReadAsync(peer, 2);
        await peer.EnteredAsync();      // the one that waited holds the loop up

        peer.Clock.Advance(TimeSpan.FromSeconds(10));
        await peer.SendAsync(ControlBytes.Call(5, ControlBytes.Timeout(1000), "count"));
        (long id, string? error) = await peer.ReadAsync();

        Assert.Equal((5, null), (id, error));
    }

    [Fact]
    public async Task Clock_ThatBeginsAtZero_CountsDeadlinesAllTheSame()
    {
        var service = new ControlledService();
        var clock = new FromZero();
        await using var peer = new InMemoryConnection(() => InMemoryConnection.DispatcherOf(service), clock, maxRunningCalls: 1);

        await peer.SendAsync(ControlBytes.Request(1, "wait") + ControlBytes.Call(2, ControlBytes.Timeout(50), "count"));
        await peer.AssertNothingElseAsync();
        await peer.SendAsync(ControlBytes.Cancel(1));
        await peer.ReadAsync();
        (long id, string? error) = await peer.ReadAnswerAsync();

        Assert.Equal((2, null), (id, error));
    }

    [Fact]
    public async Task Call_AsNotification_WaitsForRoomLikeAnyOther()
    {
        await using var peer = new ControlledPeer(maxRunningCalls: 2);

        await peer.SendAsync([.. Enumerable.Repeat(ControlBytes.CallNotification("c0", "stubborn"), 50)]);
        await peer.UntilRunningAsync(2);
        await peer.Peer.AssertNothingElseAsync();
        int begun = peer.Service.Begun;
        peer.Service.Released.SetResult();
        await Bounded.Until(() => peer.Service.Begun == 50, "all notifications");

        Assert.Equal(2, begun);
        Assert.InRange(peer.Service.MostRunning, 1, 2);
    }

    [Fact]
    public async Task Cancels_OfAThousandCallsThatHaveAllPlaces_ReachThemBeforeAnyPlaceIsFree()
    {
        // X25
        await using var peer = new ControlledPeer(maxRunningCalls: 1000);
        int[] ids = [.. Enumerable.Range(1000, 1000)];
        await peer.SendAsync([.. ids.Select(id => ControlBytes.Request(id, "wait")), ControlBytes.Request(1, "sum", "920102")]);
        await peer.UntilRunningAsync(1000);

        await peer.SendAsync([.. ids.Select(ControlBytes.Cancel)]);
        List<(long Id, string? Error)> answers = await ReadAsync(peer, 1001);
        await peer.Peer.AssertNothingElseAsync();

        Assert.Equal(1000, answers.Count(answer => answer.Error == "cancelled: The call was cancelled."));
        Assert.Equal((1, null), answers.Single(answer => answer.Id == 1));
        Assert.Equal(ids.Select(id => (long)id), answers.Select(answer => answer.Id).Where(id => id != 1).Order());
    }

    [Theory]
    [InlineData("stubborn")]
    [InlineData("wait")]
    public async Task Flood_OfRequestsAndCancels_NeverRunsMoreThanTheLimit(string method)
    {
        // X26
        const int Pairs = 20_000;
        await using var peer = new ControlledPeer(maxRunningCalls: 50);
        Task<List<(long Id, string? Error)>> reading = ReadAsync(peer, Pairs);

        for (int i = 0; i < Pairs; i += 100)
        {
            await peer.SendAsync([.. Enumerable.Range(1000 + i, 100).Select(id => ControlBytes.Request(id, method) + ControlBytes.Cancel(id))]);
        }

        peer.Service.Released.TrySetResult();
        List<(long Id, string? Error)> answers = await reading;
        await peer.Peer.AssertNothingElseAsync();

        Assert.InRange(peer.Service.MostRunning, 1, 50);
        Assert.Equal(Pairs, answers.Select(answer => answer.Id).Distinct().Count());
    }

    private static async Task<List<(long Id, string? Error)>> ReadAsync(ControlledPeer peer, int count)
    {
        List<(long, string?)> answers = [];

        while (answers.Count < count)
        {
            answers.Add(await peer.ReadAsync());
        }

        return answers;
    }

    private sealed class FromZero : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
