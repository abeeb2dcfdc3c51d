using MessagePack;
using Microsoft.Extensions.Time.Testing;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Connections;

/// <summary>Calls over one connection whose peer has said how many it takes at once (docs/protocol.md 10.5), as a server's to its client.</summary>
public sealed class OfferedCallsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CallAsync_MoreThanThePeerTakes_WaitAndAreSentInTheirOrder(bool serves)
    {
        await using InMemoryConnection peer = serves ? InMemoryConnection.Serving(new ControlledService()) : new InMemoryConnection();
        peer.Connection.OnHello(new PeerOffer { Calls = 2 });
        using var source = new CancellationTokenSource();
        Task<int>[] calls = [.. Enumerable.Range(0, 6).Select(i => i % 2 == 0
            ? peer.Connection.CallAsync<int>("echo", i).AsTask()
            : peer.Connection.CallAsync<int>("echo", [i], source.Token).AsTask())];
        List<string> sent = [await peer.ReadAsync(), await peer.ReadAsync()];

        for (int i = 0; i < 4; i++)
        {
            await AssertNothingElseAsync(peer);
            await peer.SendAsync($"9401 {i:x2} c0 {i:x2}");
            sent.Add(await peer.ReadAsync());
        }

        await peer.SendAsync("9401 04 c0 04 9401 05 c0 05");

        int[] results = await Task.WhenAll(calls).WaitAsync(InMemoryConnection.Deadline);
        Assert.Equal(Enumerable.Range(0, 6), results);
        Assert.Equal(Enumerable.Range(0, 6).Select(i => $"9400{i:x2}a46563686f91{i:x2}"), sent);
    }

    [Fact]
    public async Task CallAsync_CancelledWhileItWaits_IsNeverSentAndKeepsNoPlace()
    {
        await using InMemoryConnection peer = Create(calls: 1);
        using var source = new CancellationTokenSource();
        Task<int> first = peer.Connection.CallAsync<int>("a").AsTask();
        Task<int> second = peer.Connection.CallAsync<int>("b", source.Token).AsTask();
        Task<int> third = peer.Connection.CallAsync<int>("c").AsTask();

        await source.CancelAsync();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(InMemoryConnection.Deadline));
        await peer.SendAsync("9401 00 c0 01");
        string[] sent = [await peer.ReadAsync(), await peer.ReadAsync()];
        await peer.SendAsync("9401 02 c0 03");

        Assert.Contains("before it was sent", exception.Message, StringComparison.Ordinal);
        Assert.Equal(["940000a16190", "940002a16390"], sent);
        Assert.Equal(1, await first.WaitAsync(InMemoryConnection.Deadline));
        Assert.Equal(3, await third.WaitAsync(InMemoryConnection.Deadline));
    }

    [Fact]
    public async Task CallAsync_TimeIsUpWhileItWaits_SaysThatItWasNotSent()
    {
        var clock = new FakeTimeProvider();
        await using InMemoryConnection peer = Create(calls: 1, clock);
        Task<int> first = peer.Connection.CallAsync<int>("a", new MprpcCallOptions { Timeout = Timeout.InfiniteTimeSpan }).AsTask();
        Task<int> second = peer.Connection.CallAsync<int>("b", new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(1) }).AsTask();

        clock.Advance(TimeSpan.FromSeconds(2));
        var exception = await Assert.ThrowsAsync<TimeoutException>(() => second.WaitAsync(InMemoryConnection.Deadline));

        Assert.Contains("'b' was not sent within 1,000 ms", exception.Message, StringComparison.Ordinal);
        Assert.False(first.IsCompleted);
    }

    [Fact]
    public async Task CallAsync_ConnectionIsLostWhileItWaits_FailsAsNotSent()
    {
        await using InMemoryConnection peer = Create(calls: 1);
        Task<int> first = peer.Connection.CallAsync<int>("a").AsTask();
        Task<int> second = peer.Connection.CallAsync<int>("b").AsTask();
        await peer.ReadAsync();

        peer.Finish();
        var sent = await Assert.ThrowsAsync<MprpcConnectionException>(() => first.WaitAsync(InMemoryConnection.Deadline));
        var unsent = await Assert.ThrowsAsync<MprpcConnectionException>(() => second.WaitAsync(InMemoryConnection.Deadline));

        Assert.True(sent.RequestWasSent);
        Assert.False(unsent.RequestWasSent);
    }

    [Fact]
    public async Task CallAsync_ManyAreGivenUpBehindAPeerThatDoesNotAnswer_TheNextIsSentInItsTurn()
    {
        await using InMemoryConnection peer = Create(calls: 1);
        Task<int> first = peer.Connection.CallAsync<int>("a").AsTask();

        for (int i = 0; i < 1000; i++)
        {
            using var source = new CancellationTokenSource();
            Task<int> call = peer.Connection.CallAsync<int>("b", source.Token).AsTask();
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(InMemoryConnection.Deadline));
        }

        Task<int> last = peer.Connection.CallAsync<int>("c").AsTask();
        await peer.SendAsync("9401 00 c0 01");
        string[] sent = [await peer.ReadAsync(), await peer.ReadAsync()];
        await peer.SendAsync($"9401{sent[1][4..^6]}c003");

        Assert.Equal("940000a16190", sent[0]);
        Assert.EndsWith("a16390", sent[1], StringComparison.Ordinal);
        Assert.Equal(1, await first.WaitAsync(InMemoryConnection.Deadline));
        Assert.Equal(3, await last.WaitAsync(InMemoryConnection.Deadline));
    }

    [Fact]
    public async Task CallAsync_ThousandCallersOfAPeerThatTakesThree_NeverSendMoreAndAreAllAnswered()
    {
        await using InMemoryConnection peer = Create(calls: 3);
        Task<int>[] calls = [.. Enumerable.Range(0, 1000).Select(i => Task.Run(async () => await peer.Connection.CallAsync<int>("echo", i)))];
        int answered = 0;

        while (answered < 1000)
        {
            List<string> requests = [];

            while (requests.Count < Math.Min(3, 1000 - answered))
            {
                requests.Add(await peer.ReadAsync());
            }

            await AssertNothingElseAsync(peer);
            answered += requests.Count;
            await peer.SendAsync(string.Concat(requests.Select(Echo)));
        }

        int[] results = await Task.WhenAll(calls).WaitAsync(InMemoryConnection.Deadline);
        Assert.Equal(Enumerable.Range(0, 1000), results);
    }

    [Fact]
    public async Task CallAsync_PeerThatSaysNoNumber_IsCalled()
    {
        await using var peer = new InMemoryConnection();
        peer.Connection.OnHello(new PeerOffer { Ping = true });

        Task<int>[] calls = [.. Enumerable.Range(0, 3).Select(i => peer.Connection.CallAsync<int>("echo", i).AsTask())];
        await peer.SendAsync("9401 00 c0 00 9401 01 c0 01 9401 02 c0 02");

        int[] results = await Task.WhenAll(calls).WaitAsync(InMemoryConnection.Deadline);
        Assert.Equal([0, 1, 2], results);
    }

    /// <summary>The answer to a request that has one argument: that.</summary>
    private static string Echo(string request)
    {
        var reader = new MessagePackReader(Hex.Bytes(request));
        reader.ReadArrayHeader();
        reader.Skip();
        string id = Hex.Of(MessagePackSerializer.Serialize(reader.ReadInt32()));
        return $"9401{id}c0{request[(request.IndexOf("a46563686f91", StringComparison.Ordinal) + 12)..]}";
    }

    private static InMemoryConnection Create(int calls, TimeProvider? clock = null)
    {
        var peer = new InMemoryConnection(clock: clock);
        peer.Connection.OnHello(new PeerOffer { Calls = calls });
        return peer;
    }

    /// <summary>The answer to a method that nobody has comes at once, and nothing before it.</summary>
    private static async Task AssertNothingElseAsync(InMemoryConnection peer)
    {
        await peer.SendAsync("9400 7e a7 6e6f7468696e67 90");
        Assert.StartsWith("94017e", await peer.ReadAsync(), StringComparison.Ordinal);
    }
}
