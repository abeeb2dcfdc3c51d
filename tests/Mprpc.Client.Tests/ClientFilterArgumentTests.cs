using MessagePack;

namespace Mprpc.Client.Tests;

/// <summary>The arguments of a call as a client's filters see and change them, over each way on which calls are sent.</summary>
public sealed class ClientFilterArgumentTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Arguments_ReplacedAndAdded_AreSentAndSeenInside(bool isTyped)
    {
        using var server = new ScriptedServer();
        List<string> seen = [];
        var options = new MprpcClientOptions();
        options.AddFilter((call, next) =>
        {
            seen.Add($"{call.ArgumentCount} {call.GetArgument<int>(0)} {call.GetArgument<long>(1)}");
            call.SetArgument(0, "one");
            call.SetArgument(2, new[] { 3 });
            return next(call);
        });
        options.AddFilter((call, next) =>
        {
            seen.Add($"{call.ArgumentCount} {call.GetArgument<string>(0)} {call.GetArgument<int[]>(2)[0]}");
            Assert.Throws<ArgumentOutOfRangeException>(() => call.GetArgument<int>(3));
            Assert.Throws<ArgumentOutOfRangeException>(() => call.SetArgument(4, 0));
            Assert.Contains("Argument 0", Assert.Throws<MessagePackSerializationException>(() => call.GetArgument<int>(0)).Message, StringComparison.Ordinal);
            return next(call);
        });
        await using var client = new MprpcClient(server.Url, options);

        Task<int> call = isTyped ? client.As<ClientFilterTests.ISum>().SumAsync(1, 2) : client.CallAsync<int>("sum", 1, 2).AsTask();
        string request = await (await server.AcceptAsync()).AnswerAsync("c003");

        // ["sum", ["one", 2, [3]]]
        Assert.Equal("a373756d93a36f6e65029103", request[6..]);
        Assert.Equal(3, await call.WaitAsync(Deadline));
        Assert.Equal(["2 1 2", "3 one 3"], seen);
    }

    [Fact]
    public async Task Arguments_ManyAndALongName_AreTakenApart()
    {
        using var server = new ScriptedServer();
        string method = new('m', 300);
        int last = 0;
        var options = new MprpcClientOptions();
        options.AddFilter((call, next) =>
        {
            last = call.GetArgument<int>(call.ArgumentCount - 1);
            call.SetArgument(0, -1);
            return next(call);
        });
        await using var client = new MprpcClient(server.Url, options);

        object?[] arguments = [.. Enumerable.Range(0, 40)];
        Task<int> call = client.CallAsync<int>(method, arguments).AsTask();
        string request = await (await server.AcceptAsync()).AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
        Assert.Equal(39, last);
        Assert.Contains("dc0028ff0102", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_TooLargeByAFilter_FailsBeforeItIsSent()
    {
        using var server = new ScriptedServer();
        var options = new MprpcClientOptions { MaxSendMessageSize = 1000, MaxSendDepth = 8 };
        object? value = 1;
        options.AddFilter((call, next) =>
        {
            call.SetArgument(0, value);
            return next(call);
        });
        await using var client = new MprpcClient(server.Url, options);
        Task<int> small = client.CallAsync<int>("sum", 1).AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync("c003");
        await small.WaitAsync(Deadline);

        value = new byte[2000];
        var tooLarge = await Assert.ThrowsAsync<MessagePackSerializationException>(() => client.CallAsync<int>("sum", 1).AsTask().WaitAsync(Deadline));
        value = Enumerable.Range(0, 20).Aggregate((object)1, (inner, _) => new[] { inner });
        var tooDeep = await Assert.ThrowsAsync<MessagePackSerializationException>(() => client.CallAsync<int>("sum", 1).AsTask().WaitAsync(Deadline));

        Assert.Contains("MaxSendMessageSize", tooLarge.Message, StringComparison.Ordinal);
        Assert.Contains("MaxSendDepth", tooDeep.Message, StringComparison.Ordinal);
        Assert.True(await connection.IsSilentAsync());
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, int.MaxValue)]
    [InlineData(true, 1)]
    [InlineData(true, int.MaxValue)]
    public async Task Filter_OverEachSender_RunsOnceACall(bool logsIn, int maxInFlight)
    {
        using var server = new ScriptedServer();
        int ran = 0;
        var options = new MprpcClientOptions { MaxInFlightPerConnection = maxInFlight };
        options.TokenProvider = logsIn ? (_, _) => ValueTask.FromResult(new MprpcToken("Bearer", "tok")) : null;
        options.AddFilter((call, next) =>
        {
            ran++;
            return next(call);
        });
        await using var client = new MprpcClient(server.Url, options);
        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        ScriptedConnection connection = await server.AcceptAsync();

        if (logsIn)
        {
            await connection.AnswerAsync("c0c0");
            await connection.AnswerAsync("af756e61757468656e74696361746564c0");     // "unauthenticated", nil
            await connection.AnswerAsync("c0c0");
        }

        Assert.Equal("a373756d920102", (await connection.AnswerAsync("c003"))[6..]);
        Assert.Equal(3, await call.WaitAsync(Deadline));
        Assert.Equal(1, ran);
    }
}
