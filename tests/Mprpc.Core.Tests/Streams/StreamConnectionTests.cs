using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Time.Testing;
using Mprpc.Binding;
using Mprpc.Connections;
using Mprpc.Core.Tests.Connections;
using Mprpc.Streams;
using Mprpc.Tests.Kit;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Streams;

/// <summary>Streams between two ends of one connection; and what is left of them.</summary>
public sealed class StreamConnectionTests
{
    private const string Hello = "940000a7242f68656c6c6f920180";

    [Fact]
    public async Task Streams_OfBothEndsWithTheSameNumbers_MeetTheirOwn()
    {
        // X59
        await using StreamPair pair = await StreamPair.ConnectAsync();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.WhenAll(EndAsync(pair.Client), EndAsync(pair.Server)))).InTime();

        await pair.UntilNothingIsLeftAsync();

        static async Task EndAsync(RpcConnection connection)
        {
            Assert.Equal(Enumerable.Range(0, 50), await ListAsync(StreamPair.Read<int>(connection, "drip", 50)));
            Assert.Equal(4950, await FeedAsync<long>(connection, "total", Numbers(100)));
        }
    }

    [Fact]
    public async Task Streams_BothWaysAtOnceThroughSmallBuffers_StandStillNowhere()
    {
        const int Items = 1024;
        const int Size = 64 * 1024;
        await using StreamPair pair = await StreamPair.ConnectAsync(buffer: 4 * 1024);

        long[] bytes = await Task.WhenAll(
            ReadAsync(pair.Client),
            ReadAsync(pair.Server),
            FeedAsync<long>(pair.Client, "bytes", Blobs()),
            FeedAsync<long>(pair.Server, "bytes", Blobs())).InTime();

        Assert.All(bytes, count => Assert.Equal((long)Items * Size, count));
        await pair.UntilNothingIsLeftAsync();

        static async Task<long> ReadAsync(RpcConnection connection)
        {
            long count = 0;

            await foreach (byte[] blob in StreamPair.Read<byte[]>(connection, "blobs", Items, Size))
            {
                count += blob.Length;
            }

            return count;
        }

        static async IAsyncEnumerable<byte[]> Blobs()
        {
            await Task.CompletedTask;

            for (int i = 0; i < Items; i++)
            {
                yield return new byte[Size];
            }
        }
    }

    [Fact]
    public async Task Streams_OpenedAndAbandonedOverAndOver_LeaveNothing()
    {
        await using StreamPair pair = await StreamPair.ConnectAsync();

        for (int round = 0; round < 100; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(number => AbandonAsync(pair.Client, number % 7))).InTime();

            // A method is answered, and its place is free, after its caller has gone on.
            await Bounded.Until(() => pair.Server.RunningCalls.Count == 0, "the end of the calls");
        }

        await pair.UntilNothingIsLeftAsync();

        static async Task AbandonAsync(RpcConnection connection, int way)
        {
            using var stop = new CancellationTokenSource();

            switch (way)
            {
                case 0:
                    IAsyncEnumerator<int> silent = StreamPair.Read<int>(connection, "drip", 0).GetAsyncEnumerator(stop.Token);
                    Task<bool> waiting = silent.MoveNextAsync().AsTask();
                    await silent.DisposeAsync();
                    await waiting.ContinueWith(static _ => { }, TaskScheduler.Default);
                    break;
                case 1:
                    await TakeAsync(StreamPair.Read<int>(connection, "drip", 3).WithCancellation(stop.Token), 1);
                    break;
                case 2:
                    await TakeAsync(StreamPair.Read<int>(connection, "spin").WithCancellation(stop.Token), 10);
                    break;
                case 3:
                    IAsyncEnumerator<int> items = StreamPair.Read<int>(connection, "count", 100_000).GetAsyncEnumerator(stop.Token);
                    Task<bool> next = items.MoveNextAsync().AsTask();
                    await stop.CancelAsync();
                    await next.ContinueWith(static _ => { }, TaskScheduler.Default);
                    await items.DisposeAsync();
                    break;
                case 4:
                    Assert.Equal(5, await FeedAsync<int>(connection, "first", Numbers(int.MaxValue, first: 5)));
                    break;
                case 5:
                    Assert.Equal(5, await FeedAsync<int>(connection, "leak", Numbers(int.MaxValue, first: 5)));
                    break;
                default:
                    Task<int> hoarding = FeedAsync<int>(connection, "hoard", Numbers(int.MaxValue), stop.Token);
                    await stop.CancelAsync();
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hoarding);
                    break;
            }
        }
    }

    [Fact]
    public async Task Streams_NobodyReads_HoldUpNoCall()
    {
        await using StreamPair pair = await StreamPair.ConnectAsync();
        List<IAsyncEnumerator<int>> unread = [];

        for (int i = 0; i < 50; i++)
        {
            unread.Add(StreamPair.Read<int>(pair.Client, i % 2 == 0 ? "spin" : "count", i % 2 == 0 ? [] : [int.MaxValue]).GetAsyncEnumerator());
            Assert.True(await unread[^1].MoveNextAsync().InTime());
        }

        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(i + 1, await pair.Client.CallAsync<int>("sum", i, 1).InTime());
        }

        Assert.InRange(pair.Client.Streams.Budget.Held, 1, StreamLimits.DefaultMaxBytes + (50 * 80 * 1024));

        foreach (IAsyncEnumerator<int> items in unread)
        {
            await items.DisposeAsync();
        }

        await pair.UntilNothingIsLeftAsync();
    }

    [Theory]
    [InlineData("drip")]
    [InlineData("spin")]
    public async Task ConnectionIsLost_WhileItIsRead_ThrowsAndEndsTheGenerator(string method)
    {
        StreamPair pair = await StreamPair.ConnectAsync();
        IAsyncEnumerator<int> items = StreamPair.Read<int>(pair.Client, method, method == "spin" ? [] : [0]).GetAsyncEnumerator();
        Task<bool> next = items.MoveNextAsync().AsTask();
        await Bounded.Until(() => pair.ServerService.Open == 1, "the generator");

        pair.Client.Abort();

        await Assert.ThrowsAsync<MprpcConnectionException>(async () =>
        {
            while (await next.InTime())
            {
                next = items.MoveNextAsync().AsTask();
            }
        });
        await items.DisposeAsync();
        await Bounded.Until(() => pair.ServerService.Open == 0, "the generator's end");
        await pair.DisposeAsync();
        await Bounded.Until(() => (pair.Total.Granted, pair.Total.Held) == (0, 0), $"an empty budget ({pair.Total.Granted}, {pair.Total.Held})");
    }

    [Fact]
    public async Task ConnectionIsLost_WhileItIsFed_CancelsTheReaderAndDisposesTheSource()
    {
        // X60
        StreamPair pair = await StreamPair.ConnectAsync();
        Task<long> feeding = FeedAsync<long>(pair.Client, "total", pair.ClientService.Drip(0, CancellationToken.None));
        await Bounded.Until(() => pair.Server.RunningCalls.Count == 1 && pair.ClientService.Open == 1, "the call");

        pair.Client.Abort();

        Assert.IsAssignableFrom<OperationCanceledException>(await pair.ServerService.Read.Task.InTime());
        await Assert.ThrowsAsync<MprpcConnectionException>(() => feeding.InTime());
        await Bounded.Until(() => pair.ClientService.Open == 0, "the source's end");
        await pair.DisposeAsync();
        Assert.Equal((0, 0), (pair.Total.Granted, pair.Total.Held));
    }

    [Fact]
    public async Task Source_ThatFails_IsToldTheMethodAndThrownToTheCaller()
    {
        await using StreamPair pair = await StreamPair.ConnectAsync();

        var thrown = await Assert.ThrowsAsync<InvalidDataException>(() => FeedAsync<long>(pair.Client, "total", Failing()).InTime());

        Assert.Equal("Of the source.", thrown.Message);
        var seen = Assert.IsType<MprpcRemoteException>(await pair.ServerService.Read.Task.InTime());
        Assert.DoesNotContain("Of the source", seen.Message, StringComparison.Ordinal);
        await pair.UntilNothingIsLeftAsync();

        static async IAsyncEnumerable<int> Failing()
        {
            yield return 1;
            await Task.Yield();
            throw new InvalidDataException("Of the source.");
        }
    }

    [Fact]
    public async Task Deadline_OfAStream_AnswersOnceAndNothingFollows()
    {
        await using var peer = new InMemoryConnection(() => InMemoryConnection.DispatcherOf(new StreamService()));
        await peer.SendAsync("940007a6242f63616c6c9382a6637265646974cd7fffa774696d656f757432a47370696e90");
        string message;

        do
        {
            message = await peer.ReadAsync();
        }
        while (message.StartsWith("9302a6242f6974656d", StringComparison.Ordinal));

        Assert.StartsWith("940107", message, StringComparison.Ordinal);
        Assert.Contains(ControlBytes.Text("timeout")[2..], message, StringComparison.Ordinal);
        await Bounded.Until(() => peer.Connection.RunningCalls.Count == 0, "its end");
        await peer.AssertNothingElseAsync();
        Assert.True(peer.Connection.Streams.IsEmpty);
    }

    [Fact]
    public async Task Deadline_OfAStream_FreesItsMsgidForAnotherStream()
    {
        var clock = new FakeTimeProvider();
        await using var peer = new InMemoryConnection(() => InMemoryConnection.DispatcherOf(new StubbornStreams()), clock);
        await peer.SendAsync($"940007a6242f63616c6c9382a663726564697402a774696d656f757432{ControlBytes.Text("stubborn")}90");
        Assert.Equal("9302a6242f6974656d92079100", await peer.ReadAsync());
        Task<string> answer = peer.ReadAsync();
        await Bounded.Until(
            () =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(20));
                return answer.IsCompleted;
            },
            "the deadline");
        Assert.StartsWith("940107", await answer, StringComparison.Ordinal);

        await peer.SendAsync($"940007a6242f63616c6c9381a663726564697402{ControlBytes.Text("stubborn")}90");

        Assert.Equal("9302a6242f6974656d92079100", await peer.ReadAsync());
        await peer.AssertNothingElseAsync();
    }

    [Fact]
    public async Task Msgid_OfAStreamThatGoesOn_IsRefusedForAnother()
    {
        await using var peer = new InMemoryConnection(() => InMemoryConnection.DispatcherOf(new StreamService()));
        string call = $"940007a6242f63616c6c9381a663726564697401{ControlBytes.Text("drip")}9105";
        await peer.SendAsync(call + call);

        List<string> messages = [await peer.ReadAsync(), await peer.ReadAsync()];

        Assert.Contains("9302a6242f6974656d92079100", messages);
        (long id, string? error) = ControlBytes.Read(messages.Single(message => message.StartsWith("94", StringComparison.Ordinal)));
        Assert.Equal(7, id);
        Assert.Contains("msgid", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]     // one item too many
    [InlineData(2)]     // bytes that are overdrawn by more than the last item
    [InlineData(3)]     // before there is credit at all
    public async Task Items_BeyondTheCredit_EndTheConnectionAndSaysWhy(int lie)
    {
        // X49
        await using var peer = new InMemoryConnection(() => InMemoryConnection.DispatcherOf(new StreamService()));
        string items = lie switch
        {
            1 => $"dc0041{string.Concat(Enumerable.Repeat("01", 65))}",
            2 => $"93c54000{new string('0', 32 * 1024)}0101",
            _ => "9101",
        };

        if (lie != 3)
        {
            await peer.SendAsync(Hello);
            await peer.ReadAsync();
        }

        await peer.SendAsync($"940008{ControlBytes.Text("hoard")}91ff9302a6242f6974656d92ff{items}");
        Exception? reason = await peer.Ended.InTime();

        var violation = Assert.IsType<MprpcProtocolException>(reason);
        Assert.Contains("stream -1", violation.Message, StringComparison.Ordinal);
        Assert.Contains("$/credit", violation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Items_WhoseRequestWaits_AreKeptWithinTheCredit()
    {
        // Beyond it, also nobody's items end the connection: they may be any request's that waits.
        await using var peer = new InMemoryConnection(() => InMemoryConnection.DispatcherOf(new StreamService()), maxRunningCalls: 1);
        await peer.SendAsync(Hello);
        await peer.ReadAsync();
        await peer.SendAsync($"940001{ControlBytes.Text("hoard")}9190940008{ControlBytes.Text("total")}91ff");
        await peer.SendAsync($"9302a6242f6974656d92ffdc0040{string.Concat(Enumerable.Repeat("01", 64))}");
        await peer.AssertNothingElseAsync();

        await peer.SendAsync("9302a6242f6974656d92ff9101");

        Assert.IsType<MprpcProtocolException>(await peer.Ended.InTime());
    }

    [Fact]
    public async Task Items_OfMoreStreamsThanMayWait_AreNotLostInSilence()
    {
        // The method must not see a stream as whole whose beginning was dropped.
        var limits = new ConnectionLimits(4 * 1024 * 1024, 64, 1, "Options") { Streams = new StreamLimits { MaxPerConnection = 2 } };
        await using var peer = new InMemoryConnection(() => InMemoryConnection.DispatcherOf(new StreamService()), limits: limits);
        await peer.SendAsync(Hello);
        await peer.ReadAsync();
        await peer.SendAsync($"940001{ControlBytes.Text("hoard")}91ff");

        foreach (string number in new[] { "fe", "fd" })
        {
            await peer.SendAsync($"9400{(number == "fe" ? "02" : "03")}{ControlBytes.Text("total")}91{number}");
        }

        foreach (string number in new[] { "fe", "fd" })
        {
            await peer.SendAsync($"9302a6242f6974656d92{number}91059302a5242f656e6491{number}");
        }

        await peer.AssertNothingElseAsync();
        await peer.SendAsync(ControlBytes.Cancel(1));
        List<(long Id, string? Error)> answers = [await peer.ReadAnswerAsync(), await peer.ReadAnswerAsync(), await peer.ReadAnswerAsync()];

        Assert.StartsWith("busy: ", answers.Single(answer => answer.Id == 3).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PeerFinishes_WhileAStreamHasNoCredit_EndsIt()
    {
        var service = new StreamService();
        await using var peer = new InMemoryConnection(() => InMemoryConnection.DispatcherOf(service));
        await peer.SendAsync($"940007a6242f63616c6c9381a663726564697401{ControlBytes.Text("count")}9105");
        Assert.Equal("9302a6242f6974656d92079100", await peer.ReadAsync());

        peer.Finish();

        (long id, string? error) = await peer.ReadAnswerAsync();
        Assert.Equal(7, id);
        Assert.StartsWith("cancelled: ", error, StringComparison.Ordinal);
        await peer.Ended.InTime();
        Assert.Equal(0, service.Open);
    }

    [Fact]
    public async Task PeerFinishes_WhileARequestWaitsForThePlaceOfAFedCall_EndsBoth()
    {
        await using var peer = new InMemoryConnection(() => InMemoryConnection.DispatcherOf(new StreamService()), maxRunningCalls: 1);
        await peer.SendAsync($"940008{ControlBytes.Text("total")}91ff940009{ControlBytes.Text("sum")}920102");
        await peer.AssertNothingButCreditAsync();

        peer.Finish();

        Assert.StartsWith("cancelled: ", (await peer.ReadAnswerAsync()).Error, StringComparison.Ordinal);
        Assert.Equal("940109c003", await peer.ReadAsync());
        await peer.Ended.InTime();
    }

    [Fact]
    public async Task Items_BehindRequestsThatMayNotBeSetAside_ReachTheCallThatHoldsThePlace()
    {
        await using var peer = new InMemoryConnection(() => InMemoryConnection.DispatcherOf(new StreamService()), maxRunningCalls: 1);
        await peer.SendAsync(Hello);
        await peer.ReadAsync();
        string large = $"{ControlBytes.Text("sum")}9201c5a000{new string('0', 2 * 0xa000)}";
        await peer.SendAsync($"940008{ControlBytes.Text("total")}91ff");

        for (int id = 0x10; id < 0x90; id++)
        {
            await peer.SendAsync($"9400{(id < 128 ? "" : "cc")}{id:x2}{large}");
        }

        await peer.SendAsync("9302a6242f6974656d92ff91059302a5242f656e6491ff");
        List<string> answers = [];

        while (answers.Count < 129)
        {
            answers.Add(await peer.ReadAsync());
        }

        Assert.Contains("940108c005", answers);
    }

    [Fact]
    public async Task Feeds_MoreThanThePeerTakes_AreBusyAndNotSent()
    {
        await using StreamPair pair = await StreamPair.ConnectAsync(limits: new StreamLimits { MaxPerConnection = 3 });
        using var stop = new CancellationTokenSource();
        Task<int>[] hoarding = [.. Enumerable.Range(0, 3).Select(_ => FeedAsync<int>(pair.Client, "hoard", Numbers(int.MaxValue), stop.Token))];
        await Bounded.Until(() => pair.Server.RunningCalls.Count == 3, "the calls");

        var exception = await Assert.ThrowsAsync<MprpcException>(() => FeedAsync<long>(pair.Client, "total", Numbers(3)).InTime());

        Assert.Equal(ErrorCode.Busy, exception.Code);
        Assert.Contains('3', exception.Message);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(hoarding).InTime());
        await pair.UntilNothingIsLeftAsync();
        Assert.Equal(3, await FeedAsync<long>(pair.Client, "total", Numbers(3)).InTime());
    }

    [Fact]
    public async Task Token_OfManyStreams_KeepsNoneOfThem()
    {
        await using StreamPair pair = await StreamPair.ConnectAsync();
        using var stop = new CancellationTokenSource();
        WeakReference enumerator = await ReadAsync();

        await Bounded.Until(
            () =>
            {
                GC.Collect();
                return !enumerator.IsAlive;
            },
            "what the application's token keeps of a stream that has ended");

        async Task<WeakReference> ReadAsync()
        {
            IAsyncEnumerator<int> items = StreamPair.Read<int>(pair.Client, "count", 3).GetAsyncEnumerator(stop.Token);

            while (await items.MoveNextAsync().InTime())
            {
            }

            await items.DisposeAsync();
            return new WeakReference(items);
        }
    }

    private static Task<T> FeedAsync<T>(RpcConnection connection, string method, IAsyncEnumerable<int> items, CancellationToken cancellationToken = default)
        => FeedAsync<T>(connection, method, MprpcStream.From(items), cancellationToken);

    private static Task<T> FeedAsync<T>(RpcConnection connection, string method, IAsyncEnumerable<byte[]> items)
        => FeedAsync<T>(connection, method, MprpcStream.From(items), CancellationToken.None);

    private static Task<T> FeedAsync<T>(RpcConnection connection, string method, MprpcStream stream, CancellationToken cancellationToken)
        => new ConnectionCallInvoker(connection)
            .FeedAsync<T>(method, RequestWriter.Begin(connection.Serializer, connection.Limits.SendLimit, method, [stream]), cancellationToken)
            .AsTask();

    private static async Task TakeAsync<T>(System.Runtime.CompilerServices.ConfiguredCancelableAsyncEnumerable<T> items, int count)
    {
        await foreach (T item in items)
        {
            if (count-- <= 0)
            {
                break;
            }
        }
    }

    private static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> items)
    {
        List<T> list = [];

        await foreach (T item in items)
        {
            list.Add(item);
        }

        return list;
    }

    private static async IAsyncEnumerable<int> Numbers(int count, int first = 0)
    {
        await Task.CompletedTask;

        for (int i = 0; i < count; i++)
        {
            yield return first + i;
        }
    }

    [SuppressMessage("Performance", "CA1822", Justification = "What a service publishes are instance methods.")]
    private sealed class StubbornStreams
    {
        public async IAsyncEnumerable<int> Stubborn()
        {
            yield return 0;
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
        }
    }
}
