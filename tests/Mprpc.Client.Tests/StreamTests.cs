namespace Mprpc.Client.Tests;

/// <summary>Streams of a client whose connection, server, or itself comes to an end.</summary>
public sealed class StreamTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Fact]
    public async Task Connection_IsCutAtEachByteOfAStream_TheEnumerationThrowsAndNeverEndsAsIfComplete()
    {
        const string Items = "9302a6242f6974656d9201920001";
        byte[] answer = [.. Hex.Bytes(Items), .. Hex.Bytes("9302a6242f6974656d9201920304"), .. Hex.Bytes("940101c09102")];

        for (int cut = 0; cut <= answer.Length; cut++)
        {
            using var server = new ScriptedServer();
            await using var client = new MprpcClient(server.Url, Always());
            Task<(List<int> Items, Exception? Failure)> reading = ReadAsync(client.StreamAsync<int>("count"));
            ScriptedConnection connection = await server.GreetAsync();
            await connection.ReadAsync();
            await connection.SendAsync(answer.AsMemory(0, cut));
            connection.Dispose();

            (List<int> items, Exception? failure) = await reading.WaitAsync(Deadline);

            if (cut == answer.Length)
            {
                Assert.Null(failure);
                Assert.Equal([0, 1, 3, 4, 2], items);
            }
            else
            {
                Assert.True(failure is MprpcConnectionException, $"Cut after {cut} bytes: {failure?.ToString() ?? "it ended"}");
                Assert.True(items.SequenceEqual(new[] { 0, 1, 3, 4 }.Take(items.Count)), $"Cut after {cut} bytes: {string.Join(' ', items)}");
            }
        }
    }

    [Fact]
    public async Task MaxStreamBytesTotal_OfOneWindow_IsSharedByAllConnections()
    {
        const string Window = "ce00010000";     // 64 KiB
        const string Least = "cd4000";          // 16 KiB, which each stream has
        MprpcClientOptions options = Always();
        options.MaxConnections = 2;
        options.MaxStreamBytesTotal = 48 * 1024;
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, options);

        Task<(List<int> Items, Exception? Failure)> first = ReadAsync(client.StreamAsync<int>("count"));
        ScriptedConnection one = await server.GreetAsync();
        string ofFirst = await one.ReadAsync();
        Task<(List<int> Items, Exception? Failure)> second = ReadAsync(client.StreamAsync<int>("count"));        // has another connection dialled
        ScriptedConnection other = await server.GreetAsync();
        string ofSecond = await one.ReadAsync();
        await Bounded(() => client.ConnectionCount == 2);
        Task<(List<int> Items, Exception? Failure)> third = ReadAsync(client.StreamAsync<int>("count"));
        string ofThird = await other.ReadAsync();
        await one.SendAsync(Hex.Answer(ofFirst, "c09101"));
        await first.WaitAsync(Deadline);
        Task<(List<int> Items, Exception? Failure)> fourth = ReadAsync(client.StreamAsync<int>("count"));
        string ofFourth = await Task.WhenAny(one.ReadAsync(), other.ReadAsync()).Unwrap();

        Assert.Contains(Window, ofFirst, StringComparison.Ordinal);
        Assert.All([ofSecond, ofThird], call => Assert.Contains(Least, call, StringComparison.Ordinal));
        Assert.Contains(Window, ofFourth, StringComparison.Ordinal);
        await client.DisposeAsync();
        await Task.WhenAll(second, third, fourth).WaitAsync(Deadline);
    }

    [Fact]
    public async Task GoAway_AStreamIsRead_GoesOnThereAndTheNextCallElsewhere()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Always());
        Task<(List<int> Items, Exception? Failure)> reading = ReadAsync(client.StreamAsync<int>("count"));
        ScriptedConnection first = await server.GreetAsync();
        await first.ReadAsync();

        await first.SendAsync("9302a6242f6974656d9201920001" + "9302a8242f676f6177617992cd1388a0");
        Task<int> next = CallElsewhereAsync(client);
        ScriptedConnection second = await server.GreetAsync();
        await second.AnswerAsync("c007");
        Assert.Equal(7, await next.WaitAsync(Deadline));
        await first.SendAsync("9302a6242f6974656d92019102" + "940101c09103");

        (List<int> items, Exception? failure) = await reading.WaitAsync(Deadline);
        Assert.Null(failure);
        Assert.Equal([0, 1, 2, 3], items);
        Assert.Null(await first.TryReadAsync());
    }

    [Fact]
    public async Task GoAway_TheFinalOneBehindItems_IsNotRepeatedElsewhere()
    {
        // What has had items has run, whatever a server promises.
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Always());
        Task<(List<int> Items, Exception? Failure)> reading = ReadAsync(client.StreamAsync<int>("count"));
        ScriptedConnection connection = await server.GreetAsync();
        await connection.ReadAsync();

        await connection.SendAsync("9302a6242f6974656d9201920001" + "9302a8242f676f617761799200a0");

        (List<int> items, Exception? failure) = await reading.WaitAsync(Deadline);
        Assert.IsType<MprpcConnectionException>(failure);
        Assert.Equal([0, 1], items);
    }

    [Fact]
    public async Task DisposeAsync_StreamsAreReadAndFed_EndsThemAllAndTheServersSide()
    {
        await using RealServer server = await RealServer.StartAsync();
        var client = new MprpcClient(server.Url, Always());
        Task<(List<int> Items, Exception? Failure)>[] reading = [.. Enumerable.Range(0, 10).Select(_ => ReadAsync(client.StreamAsync<int>("ticks")))];
        Task<int> feeding = client.CallAsync<int>("total", MprpcStream.From(server.Service.Ticks(CancellationToken.None))).AsTask();
        await Bounded(() => server.Service.Ticking == 11);

        await client.DisposeAsync().AsTask().WaitAsync(Deadline);

        foreach (Task<(List<int> Items, Exception? Failure)> stream in reading)
        {
            Assert.NotNull((await stream.WaitAsync(Deadline)).Failure);
        }

        await Assert.ThrowsAnyAsync<Exception>(() => feeding.WaitAsync(Deadline));
        await Bounded(() => server.Service.Ticking == 0);
    }

    [Fact]
    public async Task ServerStops_StreamsAreRead_TheyThrowAndTheStopEnds()
    {
        RealServer server = await RealServer.StartAsync(configure: options => options.GoAwayGrace = TimeSpan.FromMilliseconds(100));
        await using var client = new MprpcClient(server.Url, Always());
        Task<(List<int> Items, Exception? Failure)>[] reading = [.. Enumerable.Range(0, 10).Select(_ => ReadAsync(client.StreamAsync<int>("ticks")))];
        await Bounded(() => server.Service.Ticking == 10);

        await server.DisposeAsync().AsTask().WaitAsync(Deadline);

        foreach (Task<(List<int> Items, Exception? Failure)> stream in reading)
        {
            Assert.NotNull((await stream.WaitAsync(Deadline)).Failure);
        }

        await Bounded(() => server.Service.Ticking == 0);
    }

    [Fact]
    public async Task MaxStreamsPerConnection_OfTheOptions_IsOfferedToTheServer()
    {
        using var server = new ScriptedServer();
        MprpcClientOptions options = Always().AddHandler("sum", (int x, int y) => x + y);
        options.MaxStreamsPerConnection = 7;
        await using var client = new MprpcClient(server.Url, options);
        ValueTask connecting = client.ConnectAsync();
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);

        string hello = await connection.AnswerAsync(ScriptedServer.Offer);
        await connecting.AsTask().WaitAsync(Deadline);

        Assert.Contains("a773747265616d7307", hello, StringComparison.Ordinal);     // "streams": 7
    }

    [Theory]
    [InlineData(2, 1_000, "MaxPlainStreamItems")]
    [InlineData(1_000, 2, "MaxPlainStreamBytes")]
    public async Task PlainLimits_OfTheOptions_BoundTheArrayOfAnArgument(int items, int bytes, string option)
    {
        await using RealServer server = await RealServer.StartAsync();
        await using var client = new MprpcClient(
            server.Url, new MprpcClientOptions { Extensions = MprpcExtensions.Never, MaxPlainStreamItems = items, MaxPlainStreamBytes = bytes });

        var tooLarge = await Assert.ThrowsAsync<MprpcException>(
            () => client.CallAsync<int>("total", MprpcStream.From(AsyncEnumerable.Range(0, 3))).AsTask().WaitAsync(Deadline));
        int total = await client.CallAsync<int>("total", MprpcStream.From(AsyncEnumerable.Range(0, 2))).AsTask().WaitAsync(Deadline);

        Assert.Equal("too_large", tooLarge.Code);
        Assert.EndsWith($"Send fewer, or raise MprpcClientOptions.{option}.", tooLarge.Message, StringComparison.Ordinal);
        Assert.Equal(1, total);
    }

    private static async Task<int> CallElsewhereAsync(MprpcClient client)
    {
        await Bounded(() => client.State != MprpcClientState.Connected);
        return await client.CallAsync<int>("next");
    }

    private static async Task<(List<int> Items, Exception? Failure)> ReadAsync(IAsyncEnumerable<int> stream)
    {
        List<int> items = [];

        try
        {
            await foreach (int item in stream)
            {
                items.Add(item);
            }

            return (items, null);
        }
        catch (Exception exception)
        {
            return (items, exception);
        }
    }

    private static MprpcClientOptions Always() => new() { Extensions = MprpcExtensions.Always, Reconnect = new() { InitialDelay = TimeSpan.Zero } };

    private static async Task Bounded(Func<bool> condition)
    {
        for (int i = 0; i < 4000 && !condition(); i++)
        {
            await Task.Delay(5);
        }

        Assert.True(condition());
    }
}
