using System.Net.Sockets;
using MessagePack;
using Microsoft.Extensions.Time.Testing;
using Mprpc.Tests.Kit;

namespace Mprpc.Client.Tests;

/// <summary>How many calls a server takes at once, as it says in its answer to hello (docs/protocol.md 10.5), against a server that the test plays.</summary>
public sealed class OfferedCallsTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Theory]
    [InlineData(MprpcExtensions.Always, int.MaxValue, false)]
    [InlineData(MprpcExtensions.Always, 10, false)]
    [InlineData(MprpcExtensions.WhenUsed, int.MaxValue, true)]
    public async Task Calls_MoreThanTheServerTakes_WaitAndAreSentInTheirOrder(MprpcExtensions mode, int maxInFlight, bool serves)
    {
        using var server = new ScriptedServer();
        MprpcClientOptions options = Options(mode);
        options.MaxInFlightPerConnection = maxInFlight;

        if (serves)
        {
            options.AddHandler("show", (int x) => x);
        }

        await using var client = new MprpcClient(server.Url, options);
        ScriptedConnection connection = await GreetAsync(server, client, calls: 3);
        Task<int>[] calls = [.. Enumerable.Range(0, 10).Select(i => client.CallAsync<int>("echo", i).AsTask())];
        List<string> requests = [await connection.ReadAsync(), await connection.ReadAsync(), await connection.ReadAsync()];

        for (int i = 0; i < 7; i++)
        {
            Assert.True(await connection.IsSilentAsync(20));
            await connection.SendAsync(Hex.Answer(requests[i], $"c0{i:x2}"));
            requests.Add(await connection.ReadAsync());
        }

        for (int i = 7; i < 10; i++)
        {
            await connection.SendAsync(Hex.Answer(requests[i], $"c0{i:x2}"));
        }

        int[] results = await Task.WhenAll(calls).WaitAsync(Deadline);
        Assert.Equal(Enumerable.Range(0, 10), results);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"a46563686f91{i:x2}"), requests.Select(request => request[^14..]));
    }

    [Fact]
    public async Task ThousandCallers_ServerTakesThree_NeverSendMoreAndAllAreAnswered()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Options());
        ScriptedConnection connection = await GreetAsync(server, client, calls: 3);

        // Some can be cancelled, which is another way to be sent.
        using var source = new CancellationTokenSource();
        Task<int>[] calls = [.. Enumerable.Range(0, 1000).Select(i => Task.Run(async () => i % 2 == 0
            ? await client.CallAsync<int>("echo", i)
            : await client.CallAsync<int>("echo", [i], source.Token)))];
        var seen = new List<int>();

        while (seen.Count < 1000)
        {
            List<string> requests = [];

            while (requests.Count < Math.Min(3, 1000 - seen.Count))
            {
                requests.Add(await connection.ReadAsync());
            }

            Assert.Equal(0, connection.Socket.Available);
            seen.AddRange(requests.Select(ArgumentOf));
            await connection.SendAsync(string.Concat(requests.Select(request => Hex.Answer(request, "c0" + Hex.Id(ArgumentOf(request))))));
        }

        int[] results = await Task.WhenAll(calls).WaitAsync(Deadline);
        Assert.Equal(Enumerable.Range(0, 1000), results);
        Assert.Equal(Enumerable.Range(0, 1000), seen.Order());
    }

    [Fact]
    public async Task ThousandCallers_RealServerThatTakesThree_AreAllAnswered()
    {
        await using RealServer server = await RealServer.StartAsync(configure: options => options.Limits.MaxCallsInFlightPerConnection = 3);
        await using var client = new MprpcClient(server.Url, Options());
        await client.ConnectAsync();

        Task<int>[] calls = [.. Enumerable.Range(0, 1000).Select(i => Task.Run(async () => await client.CallAsync<int>("delay", i, 1)))];

        int[] results = await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(Enumerable.Range(0, 1000), results);
    }

    [Fact]
    public async Task Cancel_WhileItWaits_EndsTheWaitAndNothingIsSent()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Options());
        ScriptedConnection connection = await GreetAsync(server, client, calls: 1);
        using var source = new CancellationTokenSource();
        Task<int> first = client.CallAsync<int>("a").AsTask();
        string request = await connection.ReadAsync();
        Task<int> cancelled = client.CallAsync<int>("b", source.Token).AsTask();
        Task<int> third = client.CallAsync<int>("c").AsTask();

        await source.CancelAsync();
        var exception = await Assert.ThrowsAsync<OperationCanceledException>(() => cancelled.WaitAsync(Deadline));
        bool isSilent = await connection.IsSilentAsync();
        await connection.SendAsync(Hex.Answer(request, "c001"));
        string next = await connection.AnswerAsync("c003");

        Assert.True(isSilent);
        Assert.Equal(source.Token, exception.CancellationToken);
        Assert.Contains("before it was sent", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("a16390", next, StringComparison.Ordinal);
        Assert.Equal(1, await first.WaitAsync(Deadline));
        Assert.Equal(3, await third.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Cancel_OfOneInFlight_GivesItsPlaceToTheNextBehindTheCancel()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Options());
        ScriptedConnection connection = await GreetAsync(server, client, calls: 1);
        using var source = new CancellationTokenSource();
        Task<int> cancelled = client.CallAsync<int>("a", source.Token).AsTask();
        string request = await connection.ReadAsync();
        Task<int> next = client.CallAsync<int>("b").AsTask();

        await source.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => cancelled.WaitAsync(Deadline));
        string[] sent = [await connection.ReadAsync(), await connection.ReadAsync()];
        string second = Assert.Single(sent, message => message.StartsWith("94", StringComparison.Ordinal));
        await connection.SendAsync(Hex.Answer(second, "c002"));

        Assert.Contains($"9302a8242f63616e63656c91{Hex.Id(Hex.IdOf(request))}", sent);
        Assert.Equal(2, await next.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Timeout_WhileItWaits_SaysThatItWasNotSentAndWhatTheServerTakes()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        MprpcClientOptions options = Options();
        options.TimeProvider = clock;
        options.HeartbeatInterval = Timeout.InfiniteTimeSpan;
        await using var client = new MprpcClient(server.Url, options);
        ScriptedConnection connection = await GreetAsync(server, client, calls: 1);
        Task<int> first = client.CallAsync<int>("a", new MprpcCallOptions { Timeout = Timeout.InfiniteTimeSpan }).AsTask();
        string request = await connection.ReadAsync();
        Task<int> second = client.CallAsync<int>("b", new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(2) }).AsTask();

        clock.Advance(TimeSpan.FromSeconds(3));
        var exception = await Assert.ThrowsAsync<TimeoutException>(() => second.WaitAsync(Deadline));
        bool isSilent = await connection.IsSilentAsync();
        await connection.SendAsync(Hex.Answer(request, "c001"));

        Assert.True(isSilent);
        Assert.Contains("not sent within 2,000 ms", exception.Message, StringComparison.Ordinal);
        Assert.Contains("the peer takes at once", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, await first.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Connection_LostWhileCallsWait_TheyAreSentOverTheNext()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Options());
        ScriptedConnection first = await GreetAsync(server, client, calls: 2);
        Task<int>[] calls = [.. Enumerable.Range(0, 5).Select(i => client.CallAsync<int>("echo", i).AsTask())];
        int[] sent = [ArgumentOf(await first.ReadAsync()), ArgumentOf(await first.ReadAsync())];

        first.Dispose();
        ScriptedConnection second = await server.AcceptAsync(isPlain: false);
        await second.AnswerAsync(Offer(2));

        for (int i = 2; i < 5; i++)
        {
            await second.AnswerAsync($"c0{i:x2}");
        }

        Assert.Equal([0, 1], sent);
        await Assert.ThrowsAsync<MprpcConnectionException>(() => calls[0].WaitAsync(Deadline));
        await Assert.ThrowsAsync<MprpcConnectionException>(() => calls[1].WaitAsync(Deadline));
        int[] results = await Task.WhenAll(calls[2..]).WaitAsync(Deadline);
        Assert.Equal([2, 3, 4], results);
    }

    [Fact]
    public async Task Connection_LostWhileCallsWaitAndNoOtherCanBeMade_TheyFailAsNotSent()
    {
        var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Options());
        using ScriptedConnection connection = await GreetAsync(server, client, calls: 1);
        Task<int> first = client.CallAsync<int>("a").AsTask();
        await connection.ReadAsync();
        Task<int> second = client.CallAsync<int>("b").AsTask();

        server.Dispose();
        var lost = await Assert.ThrowsAsync<MprpcConnectionException>(() => first.WaitAsync(Deadline));
        var unsent = await Assert.ThrowsAsync<MprpcConnectionException>(() => second.WaitAsync(Deadline));

        Assert.True(lost.RequestWasSent);
        Assert.False(unsent.RequestWasSent);
    }

    [Fact]
    public async Task Connection_LostWhileACallWaitsForReady_ItIsSentWhenTheServerIsBack()
    {
        var server = new ScriptedServer();
        int port = server.Port;
        await using var client = new MprpcClient(server.Url, Options());
        using ScriptedConnection connection = await GreetAsync(server, client, calls: 1);
        Task<int> first = client.CallAsync<int>("a").AsTask();
        await connection.ReadAsync();
        Task<int> second = client.CallAsync<int>("b", new MprpcCallOptions { WaitForReady = true }).AsTask();
        Task<int> third = client.CallAsync<int>("c").AsTask();

        server.Dispose();
        await Assert.ThrowsAsync<MprpcConnectionException>(() => first.WaitAsync(Deadline));
        await Assert.ThrowsAsync<MprpcConnectionException>(() => third.WaitAsync(Deadline));
        using var again = new ScriptedServer(port);
        ScriptedConnection next = await again.AcceptAsync(isPlain: false);
        await next.AnswerAsync(Offer(1));
        await next.AnswerAsync("c002");

        Assert.Equal(2, await second.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Calls_ManyAreGivenUpBehindAServerThatDoesNotAnswer_TheNextIsSentInItsTurn()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Options());
        ScriptedConnection connection = await GreetAsync(server, client, calls: 1);
        Task<int> first = client.CallAsync<int>("a").AsTask();
        string request = await connection.ReadAsync();

        for (int i = 0; i < 1000; i++)
        {
            using var source = new CancellationTokenSource();
            Task<int> call = client.CallAsync<int>("b", source.Token).AsTask();
            await source.CancelAsync();
            await Assert.ThrowsAsync<OperationCanceledException>(() => call.WaitAsync(Deadline));
        }

        Task<int> last = client.CallAsync<int>("c").AsTask();
        await connection.SendAsync(Hex.Answer(request, "c001"));
        string next = await connection.AnswerAsync("c003");

        Assert.EndsWith("a16390", next, StringComparison.Ordinal);
        Assert.Equal(1, await first.WaitAsync(Deadline));
        Assert.Equal(3, await last.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Dispose_WhileCallsWait_TheyFail()
    {
        using var server = new ScriptedServer();
        var client = new MprpcClient(server.Url, Options());
        ScriptedConnection connection = await GreetAsync(server, client, calls: 1);
        Task<int> first = client.CallAsync<int>("a").AsTask();
        await connection.ReadAsync();
        Task<int> second = client.CallAsync<int>("b").AsTask();

        await client.DisposeAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => first.WaitAsync(Deadline));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => second.WaitAsync(Deadline));
    }

    [Fact]
    public async Task GoAway_WhileCallsWait_TheyGoElsewhereAndThoseInFlightAreAnsweredThere()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Options());
        ScriptedConnection first = await GreetAsync(server, client, calls: 2);
        Task<int>[] calls = [.. Enumerable.Range(0, 4).Select(i => client.CallAsync<int>("echo", i).AsTask())];
        string[] requests = [await first.ReadAsync(), await first.ReadAsync()];

        await first.SendAsync("9302a8242f676f6177617992cd1388a0");      // $/goaway [5000, ""]
        ScriptedConnection second = await server.AcceptAsync(isPlain: false);
        await second.AnswerAsync(Offer(2));
        int[] elsewhere = [ArgumentOf(await second.AnswerAsync("c002")), ArgumentOf(await second.AnswerAsync("c003"))];
        await first.SendAsync(Hex.Answer(requests[0], "c000") + Hex.Answer(requests[1], "c001"));

        Assert.Equal([2, 3], elsewhere);
        int[] results = await Task.WhenAll(calls).WaitAsync(Deadline);
        Assert.Equal([0, 1, 2, 3], results);
        Assert.Null(await first.TryReadAsync());
    }

    [Fact]
    public async Task GoAway_TheFinalOneWhileCallsWait_ThoseInFlightFailAsNotRunAndTheOthersGoOn()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Options());
        ScriptedConnection first = await GreetAsync(server, client, calls: 1);
        Task<int> inFlight = client.CallAsync<int>("a").AsTask();
        await first.ReadAsync();
        Task<int> waiting = client.CallAsync<int>("b").AsTask();

        await first.SendAsync("9302a8242f676f617761799200a773746f70706564");        // $/goaway [0, "stopped"]
        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => inFlight.WaitAsync(Deadline));
        ScriptedConnection second = await server.AcceptAsync(isPlain: false);
        await second.AnswerAsync(Offer(1));
        await second.AnswerAsync("c002");

        Assert.False(exception.RequestWasSent);
        Assert.Equal(2, await waiting.WaitAsync(Deadline));
    }

    [Fact]
    public async Task MaxConnections_TheFirstHasAsManyAsItsServerTakes_TheOthersAreUsed()
    {
        using var server = new ScriptedServer();
        MprpcClientOptions options = Options();
        options.MaxConnections = 2;
        await using var client = new MprpcClient(server.Url, options);
        ScriptedConnection first = await GreetAsync(server, client, calls: 1);
        Task<int> a = client.CallAsync<int>("a").AsTask();
        string request = await first.ReadAsync();

        Task<int> b = client.CallAsync<int>("b").AsTask();
        Task<int> c = client.CallAsync<int>("c").AsTask();
        ScriptedConnection second = await server.AcceptAsync(isPlain: false);
        await second.AnswerAsync(Offer(1));
        string other = await second.ReadAsync();
        bool isSilent = await second.IsSilentAsync();
        await first.SendAsync(Hex.Answer(request, "c001"));
        string next = await first.AnswerAsync("c003");
        await second.SendAsync(Hex.Answer(other, "c002"));

        Assert.True(isSilent);
        Assert.EndsWith("a16290", other, StringComparison.Ordinal);
        Assert.EndsWith("a16390", next, StringComparison.Ordinal);
        int[] results = await Task.WhenAll(a, b, c).WaitAsync(Deadline);
        Assert.Equal([1, 2, 3], results);
    }

    [Fact]
    public async Task Heartbeat_ServerHasAsManyAsItTakes_IsSentAllTheSame()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        MprpcClientOptions options = Options();
        options.TimeProvider = clock;
        await using var client = new MprpcClient(server.Url, options);
        ScriptedConnection connection = await GreetAsync(server, client, calls: 1);
        Task<int> call = client.CallAsync<int>("a", new MprpcCallOptions { Timeout = Timeout.InfiniteTimeSpan }).AsTask();
        await connection.ReadAsync();
        Task<int> waiting = client.CallAsync<int>("b", new MprpcCallOptions { Timeout = Timeout.InfiniteTimeSpan }).AsTask();
        Task<string> reading = connection.ReadAsync();

        for (int i = 0; i < 400 && !reading.IsCompleted; i++)
        {
            await Task.Delay(10);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.EndsWith("a6242f70696e6790", await reading, StringComparison.Ordinal);
        Assert.False(call.IsCompleted || waiting.IsCompleted);
    }

    [Theory]
    [InlineData("c09201 81a470696e67c3")]                   // {"ping": true}
    [InlineData("c09201 81a563616c6c7300")]                 // {"calls": 0}
    [InlineData("c09201 81a563616c6c73ff")]                 // {"calls": -1}
    [InlineData("c09201 81a563616c6c73cfffffffffffffffff")] // {"calls": 2^64-1}
    public async Task Calls_ServerDoesNotSayHowManyItTakes_AreAllSent(string offer)
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Options());
        Task connecting = client.ConnectAsync().AsTask();
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);
        await connection.AnswerAsync(offer);
        await connecting.WaitAsync(Deadline);

        Task<int>[] calls = [.. Enumerable.Range(0, 50).Select(i => client.CallAsync<int>("echo", i).AsTask())];

        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(i, ArgumentOf(await connection.ReadAsync()));
        }

        Assert.All(calls, call => Assert.False(call.IsCompleted));
    }

    private static MprpcClientOptions Options(MprpcExtensions mode = MprpcExtensions.Always)
        => new() { Extensions = mode, Reconnect = new() { InitialDelay = TimeSpan.Zero } };

    private static string Offer(int calls) => $"c09201 83a563616c6c73{Hex.Id(calls)}a470696e67c3a46d657461cd2000";

    private static async Task<ScriptedConnection> GreetAsync(ScriptedServer server, MprpcClient client, int calls)
    {
        Task connecting = client.ConnectAsync().AsTask();
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);
        await connection.AnswerAsync(Offer(calls));
        await connecting.WaitAsync(Deadline);
        return connection;
    }

    private static int ArgumentOf(string request)
    {
        var reader = new MessagePackReader(Hex.Bytes(request));
        reader.ReadArrayHeader();
        reader.Skip();
        reader.Skip();
        reader.Skip();
        reader.ReadArrayHeader();
        return reader.ReadInt32();
    }
}
