using Microsoft.Extensions.Time.Testing;

namespace Mprpc.Client.Tests;

/// <summary>The extensions of the protocol as a client uses them (docs/protocol.md 10.5 to 10.10), against a server that the test plays.</summary>
public sealed class ExtensionTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Fact]
    public async Task WhenUsed_NothingIsUsed_SendsPlainBytes()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url);

        Task<int> call = client.CallAsync<int>("sum", new MprpcCallOptions { Timeout = Deadline }, 1, 2).AsTask();
        string request = await (await server.AcceptAsync(isPlain: false)).AnswerAsync("c003");

        Assert.Equal("940000a373756d920102", request);
        Assert.Equal(3, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Always_ServerKnowsThem_SaysHelloFirstAndSendsTheTimeoutWithTheCall()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Always());

        Task<int> call = client.CallAsync<int>("sum", new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(20) }, 1, 2).AsTask();
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);
        string hello = await connection.AnswerAsync(ScriptedServer.Offer);
        string request = await connection.AnswerAsync("c003");

        Assert.StartsWith("940000a7242f68656c6c6f9201", hello, StringComparison.Ordinal);
        Assert.Contains("a6676f61776179c3", hello, StringComparison.Ordinal);
        Assert.StartsWith("940001a6242f63616c6c9381a774696d656f7574", request, StringComparison.Ordinal);
        Assert.EndsWith("a373756d920102", request, StringComparison.Ordinal);
        Assert.Equal(3, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Always_CallWithoutOptions_IsThePlainCall()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Always());

        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        ScriptedConnection connection = await server.GreetAsync();

        Assert.Equal("940001a373756d920102", await connection.AnswerAsync("c003"));
        Assert.Equal(3, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Cancel_ServerKnowsThem_IsToldOnceBehindTheRequest()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Always());
        using var source = new CancellationTokenSource();

        Task<int> call = client.CallAsync<int>("wait", source.Token).AsTask();
        ScriptedConnection connection = await server.GreetAsync();
        string request = await connection.ReadAsync();
        await source.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => call.WaitAsync(Deadline));
        string cancel = await connection.ReadAsync();
        await connection.SendAsync(Hex.Answer(request, "a963616e63656c6c6564c0"));
        Task<int> next = client.CallAsync<int>("sum", 1, 2).AsTask();
        string following = await connection.AnswerAsync("c003");

        Assert.Equal("9302a8242f63616e63656c9101", cancel);
        Assert.Equal("940002a373756d920102", following);
        Assert.Equal(3, await next.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Timeout_OfTheClientItself_IsACancelForTheServer()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        MprpcClientOptions options = Always();
        options.CallTimeout = TimeSpan.FromSeconds(2);
        options.TimeProvider = clock;
        await using var client = new MprpcClient(server.Url, options);

        Task<int> call = client.CallAsync<int>("wait").AsTask();
        ScriptedConnection connection = await server.GreetAsync();
        string request = await connection.ReadAsync();
        clock.Advance(TimeSpan.FromSeconds(3));

        await Assert.ThrowsAsync<TimeoutException>(() => call.WaitAsync(Deadline));
        Assert.Equal("940001a47761697490", request);
        Assert.Equal("9302a8242f63616e63656c9101", await connection.ReadAsync());
    }

    [Fact]
    public async Task Metadata_FirstUse_MakesANewConnectionThatAsks()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url);
        Task<int> plain = client.CallAsync<int>("a").AsTask();
        ScriptedConnection first = await server.AcceptAsync(isPlain: false);
        await first.AnswerAsync("c001");
        await plain.WaitAsync(Deadline);

        Task<int> told = client.CallAsync<int>("b", new MprpcCallOptions { Metadata = new MprpcMetadata { ["tenant"] = "x" } }).AsTask();
        ScriptedConnection second = await server.GreetAsync();
        string request = await second.AnswerAsync("c002");

        Assert.Equal(2, await told.WaitAsync(Deadline));
        Assert.Equal("940001a6242f63616c6c9381a46d65746181a674656e616e74a178a16290", request);
        await first.WaitForEndAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Metadata_ServerIsPlain_ThrowsBeforeAnythingIsSent(bool closes)
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Always());

        Task<int> told = client.CallAsync<int>("b", new MprpcCallOptions { Metadata = new MprpcMetadata { ["tenant"] = "x" } }).AsTask();
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);
        await RefuseAsync(server, connection, closes);
        var exception = await Assert.ThrowsAsync<NotSupportedException>(() => told.WaitAsync(Deadline));

        Assert.Contains("'b'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("tenant", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Always_ServerIsPlain_IsCalledWithoutThem(bool closes)
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Always());
        using var source = new CancellationTokenSource();

        Task<int> call = client.CallAsync<int>("sum", new MprpcCallOptions { Timeout = Deadline, CancellationToken = source.Token }, 1, 2).AsTask();
        ScriptedConnection connection = await RefuseAsync(server, await server.AcceptAsync(isPlain: false), closes);
        string request = await connection.ReadAsync();
        await source.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => call.WaitAsync(Deadline));
        Task<int> next = client.CallAsync<int>("sum", 1, 2).AsTask();

        Assert.EndsWith("a373756d920102", request, StringComparison.Ordinal);
        Assert.EndsWith("a373756d920102", await connection.AnswerAsync("c003"), StringComparison.Ordinal);
        Assert.Equal(3, await next.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Always_ServerIsSilent_IsTakenForPlainAfterASecond()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Always());

        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);
        string hello = await connection.ReadAsync();
        await connection.AnswerAsync("c003");

        Assert.True(Hex.IsHello(hello));
        Assert.Equal(3, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Always_ServerIsStoppedAfterItHasTakenTheConnection_IsAskedAgainWhenItIsBack()
    {
        using var server = new ScriptedServer();
        int port = server.Port;
        await using var client = new MprpcClient(server.Url, Always());
        Task<int> lost = client.CallAsync<int>("sum", 1, 2).AsTask();
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);
        Assert.True(Hex.IsHello(await connection.ReadAsync()));

        server.StopListening();
        connection.Dispose();
        await Assert.ThrowsAsync<MprpcConnectionException>(() => lost.WaitAsync(Deadline));
        using var back = new ScriptedServer(port);
        Task<int> call = client.CallAsync<int>("sum", new MprpcCallOptions { WaitForReady = true }, 1, 2).AsTask();
        connection = await back.GreetAsync();
        await connection.AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Always_NoByteHasComeFromWhatWasPresumedToBePlain_IsAskedAgain()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Always());
        Task<int> lost = client.CallAsync<int>("sum", 1, 2).AsTask();
        ScriptedConnection connection = await RefuseAsync(server, await server.AcceptAsync(isPlain: false), closes: true);
        Assert.False(Hex.IsHello(await connection.ReadAsync()));

        connection.Dispose();
        await Assert.ThrowsAsync<MprpcConnectionException>(() => lost.WaitAsync(Deadline));
        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        connection = await server.GreetAsync();
        await connection.AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task GoAway_CallsAreInFlight_AreAnsweredThereAndTheNextGoesElsewhere()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Always());
        Task<int>[] calls = [.. Enumerable.Range(0, 3).Select(_ => client.CallAsync<int>("sum", 1, 2).AsTask())];
        ScriptedConnection first = await server.GreetAsync();
        string[] requests = [await first.ReadAsync(), await first.ReadAsync(), await first.ReadAsync()];

        await first.SendAsync("9302a8242f676f6177617992cd1388a0");
        await Bounded(() => client.State != MprpcClientState.Connected);
        Task<int> next = client.CallAsync<int>("next").AsTask();
        ScriptedConnection second = await server.GreetAsync();
        await second.AnswerAsync("c007");

        foreach (string request in requests)
        {
            await first.SendAsync(Hex.Answer(request, "c003"));
        }

        int[] answers = await Task.WhenAll(calls).WaitAsync(Deadline);
        Assert.Equal([3, 3, 3], answers);
        Assert.Equal(7, await next.WaitAsync(Deadline));
        Assert.Null(await first.TryReadAsync());
    }

    [Fact]
    public async Task GoAway_TheFinalOne_FailsWhatIsUnansweredAsNotRun()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Always());
        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        ScriptedConnection connection = await server.GreetAsync();
        await connection.ReadAsync();

        await connection.SendAsync("9302a8242f676f617761799200a773746f70706564");
        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline));

        Assert.False(exception.RequestWasSent);
        Assert.Contains("has not run", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Heartbeat_NothingComes_AsksAndThenLosesTheConnection()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        MprpcClientOptions options = Always();
        options.TimeProvider = clock;
        await using var client = new MprpcClient(server.Url, options);
        Task<int> call = client.CallAsync<int>("wait").AsTask();
        ScriptedConnection connection = await server.GreetAsync();
        await connection.ReadAsync();

        string ping = await Ticking(clock, connection.ReadAsync());
        var exception = await Ticking(clock, Assert.ThrowsAsync<MprpcConnectionException>(() => call));

        Assert.Equal("940002a6242f70696e6790", ping);
        Assert.Contains("$/ping", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Heartbeat_AnswerIsAnError_IsASignOfLife()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        MprpcClientOptions options = Always();
        options.TimeProvider = clock;
        await using var client = new MprpcClient(server.Url, options);
        Task<int> call = client.CallAsync<int>("wait").AsTask();
        ScriptedConnection connection = await server.GreetAsync();
        string request = await connection.ReadAsync();

        for (int i = 0; i < 3; i++)
        {
            await Ticking(clock, connection.AnswerAsync("a6676f61776179c0"));
        }

        await connection.SendAsync(Hex.Answer(request, "c001"));
        Assert.Equal(1, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Size_ArgumentIsLargerThanTheServerTakes_FailsHereWithBothSizes()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Always());

        Task<int> call = client.CallAsync<int>("sum", new byte[5000]).AsTask();
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);
        await connection.AnswerAsync("c09201 81a473697a65cd0800");
        var exception = await Assert.ThrowsAsync<MessagePack.MessagePackSerializationException>(() => call.WaitAsync(Deadline));

        Assert.Contains("2,048", exception.Message, StringComparison.Ordinal);
        Assert.Contains("5,0", exception.Message, StringComparison.Ordinal);
    }

    private static MprpcClientOptions Always() => new() { Extensions = MprpcExtensions.Always, Reconnect = new() { InitialDelay = TimeSpan.Zero } };

    /// <summary>Answers hello as a server that does not know it.</summary>
    /// <returns>The connection that is used.</returns>
    private static async Task<ScriptedConnection> RefuseAsync(ScriptedServer server, ScriptedConnection connection, bool closes)
    {
        if (!closes)
        {
            await connection.AnswerAsync("a26e6fc0");
            return connection;
        }

        await connection.ReadAsync();
        connection.Dispose();
        connection = await server.AcceptAsync(isPlain: false);
        Assert.True(Hex.IsHello(await connection.ReadAsync()));
        connection.Dispose();
        return await server.AcceptAsync(isPlain: false);
    }

    private static async Task<T> Ticking<T>(FakeTimeProvider clock, Task<T> task)
    {
        for (int i = 0; i < 400 && !task.IsCompleted; i++)
        {
            await Task.Delay(10);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        return await task.WaitAsync(Deadline);
    }

    private static async Task Bounded(Func<bool> condition)
    {
        for (int i = 0; i < 2000 && !condition(); i++)
        {
            await Task.Delay(5);
        }

        Assert.True(condition());
    }
}
