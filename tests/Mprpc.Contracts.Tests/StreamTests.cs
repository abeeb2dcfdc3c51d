using Mprpc.Client;
using Mprpc.CompilerServices;

namespace Mprpc.Contracts.Tests;

/// <summary>Streams of typed services and clients: results, parameters, both at once, and to peers without the extensions.</summary>
public sealed class StreamTests
{
    public static TheoryData<MprpcExtensions, bool> Forms => new()
    {
        { MprpcExtensions.Always, true },
        { MprpcExtensions.WhenUsed, true },
        { MprpcExtensions.Never, true },
        { MprpcExtensions.WhenUsed, false },
        { MprpcExtensions.Always, false },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Streams_OfEachForm_BringTheirItems(MprpcExtensions client, bool server)
    {
        await using FeedHost host = await FeedHost.StartAsync(service => service.WithEndpoint(endpoint => endpoint.Extensions = server));
        IFeed feed = host.Connect(new MprpcClientOptions { Extensions = client });

        List<int> counted = await feed.CountAsync(5_000).ToListAsync().InTime();
        int sum = await feed.SumAsync(Numbers(1_000)).InTime();
        string joined = await feed.JoinAsync(",", Texts("a", null, "b"), times: 2).InTime();
        await feed.StoreAsync(Gauges(2)).InTime();
        await feed.StoreSettingsAsync(Items(new Settings { Owner = "me", Color = Color.Blue })).AsTask().InTime();
        List<Gauge> scaled = await feed.ScaleAsync(Gauges(300), 2).ToListAsync().InTime();
        List<string> merged = await feed.MergeAsync(Texts("a", "b")!, 7, Texts("c")!).ToListAsync().InTime();

        Assert.Equal(Enumerable.Range(0, 5_000), counted);
        Assert.Equal(499_500, sum);
        Assert.Equal("a,a,-,-,b,b", joined);
        Assert.Equal([new Gauge("s0", 0), new Gauge("s1", 1), new Settings { Owner = "me", Color = Color.Blue }], host.Log.Stored);
        Assert.Equal(Enumerable.Range(0, 300).Select(i => new Gauge($"s{i}", i * 2)), scaled);
        Assert.Equal(["a", "b", "7", "c"], merged);
    }

    [Fact]
    public async Task Both_AtOnce_AnswerEachItemBeforeTheNextIsSent()
    {
        await using FeedHost host = await FeedHost.StartAsync();
        var answered = new SemaphoreSlim(1);
        int sent = 0;

        await foreach (Gauge gauge in host.Client.ScaleAsync(OneByOne(), 10))
        {
            Assert.Equal((sent - 1) * 10, gauge.Value);
            answered.Release();
        }

        Assert.Equal(4, sent);

        async IAsyncEnumerable<Gauge> OneByOne()
        {
            while (sent < 4)
            {
                await answered.WaitAsync().InTime();
                yield return new Gauge("s", sent++);
            }
        }
    }

    [Fact]
    public async Task Call_OfAStream_IsMadeByEachEnumerationAnew()
    {
        await using FeedHost host = await FeedHost.StartAsync();

        IAsyncEnumerable<int> stream = host.Client.CountAsync(3);
        Assert.Equal(1, await host.Client.SumAsync(Items(1)).InTime());
        int before = host.Log.Calls;
        List<int> first = await stream.ToListAsync().InTime();
        List<int> second = await stream.ToListAsync().InTime();

        Assert.Equal(1, before);
        Assert.Equal(3, host.Log.Calls);
        Assert.Equal([0, 1, 2], first);
        Assert.Equal([0, 1, 2], second);
    }

    [Fact]
    public async Task Source_OfAParameter_IsReadOnlyByTheCall()
    {
        await using FeedHost host = await FeedHost.StartAsync();
        int begun = 0;
        IAsyncEnumerable<Gauge> stream = host.Client.ScaleAsync(Counted(), 1);

        Assert.Equal(0, begun);
        await stream.ToListAsync().InTime();
        await stream.ToListAsync().InTime();

        Assert.Equal(2, begun);

        async IAsyncEnumerable<Gauge> Counted()
        {
            begun++;
            await Task.Yield();
            yield return new Gauge("s", 1);
        }
    }

    [Fact]
    public async Task Prefetch_OfOne_MakesAnItemWhenTheOneBeforeWasAskedFor()
    {
        await using FeedHost host = await FeedHost.StartAsync();
        int read = 0;

        await foreach (int job in host.Client.TakeJobsAsync(20))
        {
            Assert.Equal(read++, job);
            Assert.InRange(host.Log.Made, read, read);
        }

        Assert.Equal(20, read);
    }

    [Fact]
    public async Task MaxPlainItems_OfTheContract_BoundsTheArrayOfPlainCallersAlone()
    {
        await using FeedHost host = await FeedHost.StartAsync();
        IFeed plain = host.Connect(new MprpcClientOptions { Extensions = MprpcExtensions.Never });

        Assert.Equal(4, (await host.Client.FewAsync(4).ToListAsync().InTime()).Count);
        Assert.Equal(3, (await plain.FewAsync(3).ToListAsync().InTime()).Count);
        var failure = await Assert.ThrowsAsync<MprpcRemoteException>(() => plain.FewAsync(4).ToListAsync().InTime());

        Assert.Contains("too_large: The result of 'feed.few' is a stream", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enumeration_LeftEarly_EndsTheGenerator()
    {
        await using FeedHost host = await FeedHost.StartAsync();

        await foreach (int item in host.Client.ForeverAsync(CancellationToken.None))
        {
            if (item == 1)
            {
                break;
            }
        }

        await host.Log.Disposed.Task.InTime();
        Assert.Equal(3, await host.Client.SumAsync(Items(1, 2)).InTime());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Token_OfTheMethodOrOfTheEnumeration_EndsBothEnds(bool isOfTheMethod)
    {
        await using FeedHost host = await FeedHost.StartAsync();
        using var source = new CancellationTokenSource();
        List<int> read = [];
        IAsyncEnumerable<int> stream = host.Client.ForeverAsync(isOfTheMethod ? source.Token : CancellationToken.None);

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadAsync().InTime());

        Assert.Equal(source.Token, cancelled.CancellationToken);
        Assert.Equal([0, 1, 2], read);
        await host.Log.Disposed.Task.InTime();

        async Task ReadAsync()
        {
            await foreach (int item in stream.WithCancellation(isOfTheMethod ? CancellationToken.None : source.Token))
            {
                read.Add(item);

                if (read.Count == 3)
                {
                    await source.CancelAsync();
                }
            }
        }
    }

    [Fact]
    public async Task Token_OfACallThatIsFed_EndsItsSourceAndTheMethod()
    {
        await using FeedHost host = await FeedHost.StartAsync();
        using var source = new CancellationTokenSource();
        var disposed = new TaskCompletionSource();
        var begun = new TaskCompletionSource();

        Task<int> call = host.Client.SumAsync(Endless(), source.Token);
        await begun.Task.InTime();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.InTime());
        await disposed.Task.InTime();
        await host.Log.Disposed.Task.InTime();

        async IAsyncEnumerable<int> Endless([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop = default)
        {
            try
            {
                yield return 1;
                begun.TrySetResult();
                await Task.Delay(Timeout.Infinite, stop);
            }
            finally
            {
                disposed.TrySetResult();
            }
        }
    }

    [Fact]
    public async Task Error_InTheMiddle_ComesAfterTheItemsBeforeIt()
    {
        await using FeedHost host = await FeedHost.StartAsync();
        List<int> read = [];

        var failure = await Assert.ThrowsAsync<MprpcRemoteException>(() => ReadAsync().InTime());

        Assert.Equal([0, 1, 2], read);
        Assert.Equal("broken", failure.Code);
        Assert.Equal("feed.fail", failure.Method);

        async Task ReadAsync()
        {
            await foreach (int item in host.Client.FailAsync(3))
            {
                read.Add(item);
            }
        }
    }

    [Fact]
    public async Task Error_OfTheSourceOfAParameter_IsTheCallersOwn()
    {
        await using FeedHost host = await FeedHost.StartAsync();

        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => host.Client.SumAsync(Broken()).InTime());

        Assert.Equal("No more.", failure.Message);
        Assert.Equal(3, await host.Client.SumAsync(Items(1, 2)).InTime());

        static async IAsyncEnumerable<int> Broken()
        {
            yield return 1;
            await Task.Yield();
            throw new InvalidDataException("No more.");
        }
    }

    [Fact]
    public async Task Timeout_OfOptions_IsThatOfTheWholeStreamAndTheClientsThatOfItsFirstItem()
    {
        await using FeedHost host = await FeedHost.StartAsync();
        IFeed impatient = host.Connect(new MprpcClientOptions { Extensions = MprpcExtensions.Always, CallTimeout = TimeSpan.FromSeconds(3) });

        await using IAsyncEnumerator<int> ofClient = impatient.ForeverAsync(CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await ofClient.MoveNextAsync().InTime());
        IFeed bounded = impatient.With(new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(4) });
        Exception failure = await Assert.ThrowsAnyAsync<Exception>(() => bounded.ForeverAsync(CancellationToken.None).ToListAsync().InTime());

        // Both ends count: whichever is first says so.
        Assert.True(failure is TimeoutException or MprpcRemoteException { Code: "timeout" }, failure.ToString());

        // More than the client's time has gone, and the stream that has begun goes on.
        Assert.True(await ofClient.MoveNextAsync().InTime());
        Assert.True(await ofClient.MoveNextAsync().InTime());
        Assert.Equal(2, host.Log.Calls);
    }

    [Fact]
    public async Task Parameter_LeftEarly_IsAnsweredAndItsSourceDisposed()
    {
        await using FeedHost host = await FeedHost.StartAsync();
        var disposed = new TaskCompletionSource();

        int first = await host.Client.FirstAsync(Endless()).InTime();

        Assert.Equal(0, first);
        await disposed.Task.InTime();

        async IAsyncEnumerable<int> Endless([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop = default)
        {
            try
            {
                for (int i = 0; !stop.IsCancellationRequested; i++)
                {
                    await Task.Yield();
                    yield return i;
                }
            }
            finally
            {
                disposed.TrySetResult();
            }
        }
    }

    [Fact]
    public async Task Parameter_ReadTwice_IsRefusedByName()
    {
        await using FeedHost host = await FeedHost.StartAsync();

        string message = await host.Client.TwiceAsync(Items(1)).InTime();

        Assert.StartsWith("The stream 'numbers' of method 'feed.twice' can be read once", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Null_InTheParameterOrTheResult_IsAnEmptyStreamOrAnError()
    {
        await using FeedHost host = await FeedHost.StartAsync();

        Assert.Equal("", await host.Client.JoinAsync(",", null).InTime());
        Assert.True(await host.Client.HasNumbersAsync().InTime());
        Assert.False(await host.Untyped.CallAsync<bool>("feed.has_numbers").InTime());
        var failure = await Assert.ThrowsAsync<MprpcRemoteException>(() => host.Client.NothingAsync().ToListAsync().InTime());

        Assert.Contains("'feed.nothing' returned null in place of a stream", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Item_OfAnotherType_IsToldByItsNumberAndParameter()
    {
        await using FeedHost host = await FeedHost.StartAsync();

        var inAnArray = await Assert.ThrowsAsync<MprpcRemoteException>(() => host.Untyped.CallAsync<int>("feed.sum", (object)new object[] { 1, "x" }).InTime());
        var inAStream = await Assert.ThrowsAsync<MprpcRemoteException>(
            () => host.Untyped.CallAsync<int>("feed.sum", MprpcStream.From(Texts("x"))).InTime());
        var neither = await Assert.ThrowsAsync<MprpcRemoteException>(() => host.Untyped.CallAsync<int>("feed.sum", 5).InTime());

        Assert.Contains("Item 2 of 'numbers' of method 'feed.sum' must be int", inAnArray.Message, StringComparison.Ordinal);
        Assert.Contains("Item 1 of 'numbers' of method 'feed.sum' must be int", inAStream.Message, StringComparison.Ordinal);
        Assert.Contains(
            "Param 1 ('numbers') of method 'feed.sum' must be an array, or the negative number of a stream", neither.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scope_OfAStream_LivesUntilItEnds()
    {
        await using FeedHost host = await FeedHost.StartAsync();

        List<bool> open = await host.Client.ScopeAsync(5).ToListAsync().InTime();

        Assert.Equal(Enumerable.Repeat(true, 5), open);
        await host.Log.ScopeEnded.Task.InTime();
    }

    [Fact]
    public async Task Filters_OfTheServer_SpanTheStream()
    {
        var begun = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        object? argument = null;
        await using FeedHost host = await FeedHost.StartAsync(service => service.AddFilter(async (call, next) =>
        {
            begun.TrySetResult();
            argument = call.Context.Method == "feed.sum" ? call.GetArgument(0) ?? "null" : argument;
            await next(call);
            ended.TrySetResult();
        }));

        await using (IAsyncEnumerator<int> jobs = host.Client.TakeJobsAsync(3).GetAsyncEnumerator())
        {
            Assert.True(await jobs.MoveNextAsync().InTime());
            Assert.True(begun.Task.IsCompleted);
            Assert.False(ended.Task.IsCompleted);

            while (await jobs.MoveNextAsync().InTime())
            {
            }
        }

        await ended.Task.InTime();
        Assert.Equal(3, await host.Client.SumAsync(Items(1, 2)).InTime());
        Assert.Equal("null", argument);
    }

    [Fact]
    public async Task Filters_OfTheClient_SpanTheStreamAndMaySetOtherArguments()
    {
        await using FeedHost host = await FeedHost.StartAsync();
        int ended = 0;
        IFeed feed = host.Connect(new MprpcClientOptions { Extensions = MprpcExtensions.Always }.AddFilter(async (call, next) =>
        {
            if (call.Method == "feed.take_jobs")
            {
                call.SetArgument(0, 2);
            }

            await next(call);
            ended++;
        }));

        await using (IAsyncEnumerator<int> jobs = feed.TakeJobsAsync(100).GetAsyncEnumerator())
        {
            Assert.True(await jobs.MoveNextAsync().InTime());
            Assert.Equal(0, ended);
            Assert.True(await jobs.MoveNextAsync().InTime());
            Assert.False(await jobs.MoveNextAsync().InTime());
        }

        Assert.Equal(1, ended);
        Assert.Equal(6, await feed.SumAsync(Items(1, 2, 3)).InTime());
        Assert.Equal(["a", "7", "b"], await feed.MergeAsync(Texts("a")!, 7, Texts("b")!).ToListAsync().InTime());
        Assert.Equal(3, ended);
    }

    [Theory]
    [InlineData(MprpcNamingPolicy.CamelCase, MprpcExtensions.Always)]
    [InlineData(MprpcNamingPolicy.AsDeclared, MprpcExtensions.Never)]
    [InlineData(MprpcNamingPolicy.SnakeCase, MprpcExtensions.Always)]
    public async Task Names_OfEachPolicyAndOptions_KeepTheStreams(MprpcNamingPolicy policy, MprpcExtensions extensions)
    {
        await using FeedHost host = await FeedHost.StartAsync(options: options => options.NamingPolicy = policy);
        IFeed plain = host.Connect(new MprpcClientOptions { Extensions = extensions, NamingPolicy = policy });
        IFeed[] feeds =
        [
            plain, plain.With(new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(50) }), plain.With(new Passing()).With(default(MprpcCallOptions)),
        ];

        foreach (IFeed feed in feeds)
        {
            Assert.Equal([0, 1, 2], await feed.CountAsync(3).ToListAsync().InTime());
            Assert.Equal(6, await feed.SumAsync(Items(1, 2, 3)).InTime());
            Assert.Equal(["a", "7", "b"], await feed.MergeAsync(Texts("a")!, 7, Texts("b")!).ToListAsync().InTime());
        }
    }

    [Fact]
    public async Task Metadata_OfOptions_ReachesTheCallOfAStream()
    {
        List<string?> seen = [];
        await using FeedHost host = await FeedHost.StartAsync(service => service.AddFilter((call, next) =>
        {
            seen.Add(call.Context.Metadata.GetString("tenant"));
            return next(call);
        }));
        IFeed feed = host.Client.With(new MprpcCallOptions { Metadata = new MprpcMetadata { ["tenant"] = "a" } });

        await feed.CountAsync(3).ToListAsync().InTime();
        await feed.SumAsync(Items(1)).InTime();

        Assert.Equal(["a", "a"], seen);
    }

    [Fact]
    public async Task Authorization_ThatFails_IsToldByTheFirstItemAndTheMethodNotCalled()
    {
        await using FeedHost host = await FeedHost.StartAsync(service => service.RequireAuthorization(), services: services => services.AddAuthorization());

        var result = await Assert.ThrowsAsync<MprpcRemoteException>(() => host.Client.CountAsync(3).ToListAsync().InTime());
        var fed = await Assert.ThrowsAsync<MprpcRemoteException>(() => host.Client.SumAsync(Items(1)).InTime());

        Assert.Equal("unauthenticated", result.Code);
        Assert.Equal("unauthenticated", fed.Code);
        Assert.Equal(0, host.Log.Calls);
    }

    [Fact]
    public async Task Delegates_OfTheServer_HaveStreamsBothWays()
    {
        await using ContractHost<IFeed> doubling = await ContractHost<IFeed>.StartAsync(
            app => app.MapMprpc(0, "doubled", [MprpcStream(MaxPlainItems = 3)] (IAsyncEnumerable<int> numbers) => Doubled(numbers)));
        await using ContractHost<IFeed> adding = await ContractHost<IFeed>.StartAsync(
            app => app.MapMprpc(0, "total", async (IAsyncEnumerable<int> numbers, int start) => start + await numbers.SumAsync()));

        List<int> doubled = await doubling.Untyped.StreamAsync<int>("doubled", MprpcStream.From(Numbers(300))).ToListAsync().InTime();
        int total = await adding.Untyped.CallAsync<int>("total", MprpcStream.From(Numbers(4)), 10).InTime();
        var tooLarge = await Assert.ThrowsAsync<MprpcRemoteException>(
            () => doubling.Untyped.CallAsync<List<int>>("doubled", (object)new[] { 1, 2, 3, 4 }).InTime());

        Assert.Equal(Enumerable.Range(0, 300).Select(i => i * 2), doubled);
        Assert.Equal(16, total);
        Assert.Equal("too_large", tooLarge.Code);
    }

    [Theory]
    [InlineData(MprpcExtensions.Always)]
    [InlineData(MprpcExtensions.Never)]
    public async Task UntypedCall_OverOneConnection_FeedsTheClient(MprpcExtensions extensions)
    {
        var log = new FeedLog();
        await using ContractHost<IFeed> host = await ContractHost<IFeed>.StartAsync(app => app.MapMprpc(0, "ask", async (MprpcCallContext call) =>
        {
            int sum = await call.Connection.CallAsync<int>("feed.sum", MprpcStream.From(Numbers(1_000)));
            await call.Connection.CallAsync<NoValue>("feed.store", MprpcStream.From(Gauges(2)));
            string? failure = (await Record.ExceptionAsync(() => call.Connection.CallAsync<int>("feed.sum", MprpcStream.From(Failing())).AsTask()))?.Message;
            return $"{sum}, {failure}";
        }));
        await using var client = new MprpcClient(
            $"tcp://{host.Address}",
            new MprpcClientOptions { Extensions = extensions }.AddHandlers<IFeed>(new Feed(log, new FeedScope(log))));

        string answer = await client.CallAsync<string>("ask").InTime();

        Assert.Equal("499500, Of the source.", answer);
        Assert.Equal([new Gauge("s0", 0), new Gauge("s1", 1)], log.Stored);

        static async IAsyncEnumerable<int> Failing()
        {
            yield return 1;
            await Task.Yield();
            throw new InvalidDataException("Of the source.");
        }
    }

    [Fact]
    public async Task Notification_WithAStream_IsRefusedAtEitherEnd()
    {
        await using ContractHost<IFeed> host = await ContractHost<IFeed>.StartAsync(app => app.MapMprpc(0, "ask", async (MprpcCallContext call) =>
            (await Record.ExceptionAsync(() => call.Connection.NotifyAsync("told", MprpcStream.From(Numbers(1))).AsTask()))?.Message));

        string? atTheServer = await host.Untyped.CallAsync<string?>("ask").InTime();
        string? atTheClient = (await Record.ExceptionAsync(() => host.Untyped.NotifyAsync("told", MprpcStream.From(Numbers(1))).AsTask().InTime()))?.Message;

        Assert.StartsWith("A stream cannot be an argument of the notification of 'told'", atTheServer, StringComparison.Ordinal);
        Assert.Equal(atTheServer, atTheClient);
    }

    private static async IAsyncEnumerable<int> Doubled(IAsyncEnumerable<int> numbers)
    {
        await foreach (int number in numbers)
        {
            yield return number * 2;
        }
    }

    private static async IAsyncEnumerable<int> Numbers(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (i % 7 == 6)
            {
                await Task.Yield();
            }

            yield return i;
        }
    }

    private static IAsyncEnumerable<string?> Texts(params string?[] texts) => Items(texts);

    private static IAsyncEnumerable<Gauge> Gauges(int count) => Items([.. Enumerable.Range(0, count).Select(i => new Gauge($"s{i}", i))]);

    private static async IAsyncEnumerable<T> Items<T>(params T[] items)
    {
        foreach (T item in items)
        {
            await Task.Yield();
            yield return item;
        }
    }

    private sealed class Passing : IMprpcClientFilter
    {
        public ValueTask InvokeAsync(MprpcClientInvocation call, MprpcClientFilterDelegate next) => next(call);
    }
}
