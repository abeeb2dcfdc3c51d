using Mprpc.Tests.Kit;

namespace Mprpc.Client.Tests;

/// <summary>Calls that may run twice without harm, and were lost with their connection.</summary>
public sealed class IdempotentCallTests
{
    private const string Sum = "940000a373756d920102";

    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;
    private static readonly MprpcCallOptions s_idempotent = new() { Idempotent = true };

    [Fact]
    public async Task Lost_OneServer_IsMadeAgainOverTheNextConnection()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = Of(server.Url);

        Task<int> call = client.CallAsync<int>("sum", s_idempotent, 1, 2).AsTask();
        using (ScriptedConnection first = await server.AcceptAsync())
        {
            Assert.Equal(Sum, await first.ReadAsync());
        }

        Assert.Equal(Sum, await (await server.AcceptAsync()).AnswerAsync("c003"));
        Assert.Equal(3, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Lost_TwoServers_IsMadeAgainOnTheOther()
    {
        using var one = new ScriptedServer();
        using var two = new ScriptedServer();
        await using MprpcClient client = new(new MprpcClientOptions { Servers = MprpcServerSource.Fixed(one.Url, two.Url) });

        Task<int> call = client.CallAsync<int>("sum", s_idempotent, 1, 2).AsTask();
        await Bounded.Until(() => one.IsDialled || two.IsDialled, "the client connects");
        (ScriptedServer first, ScriptedServer other) = one.IsDialled ? (one, two) : (two, one);
        using (ScriptedConnection connection = await first.AcceptAsync())
        {
            await connection.ReadAsync();
        }

        await (await other.AcceptAsync()).AnswerAsync("c003");
        Assert.Equal(3, await call.WaitAsync(Deadline));
        Assert.True(await first.IsSilentAsync());
    }

    [Theory]
    [InlineData("read")]
    [InlineData("touch")]
    public async Task Lost_TypedAndMarked_IsMadeAgain(string method)
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = Of(server.Url);
        ICells cells = client.As<ICells>();

        Task call = method == "read" ? cells.ReadAsync(1) : cells.TouchAsync();
        (await server.AcceptAsync().Read()).Dispose();
        await (await server.AcceptAsync()).AnswerAsync("c003");

        await call.WaitAsync(Deadline);
    }

    [Fact]
    public async Task Lost_TypedWithOptions_IsMadeAgain()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = Of(server.Url);

        Task<int> call = client.As<ICells>().With(s_idempotent).AddAsync(1);
        (await server.AcceptAsync().Read()).Dispose();
        await (await server.AcceptAsync()).AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Lost_TypedAndNotMarked_FailsAndIsNotMadeAgain()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = Of(server.Url);

        Task<int> call = client.As<ICells>().AddAsync(1);
        (await server.AcceptAsync().Read()).Dispose();

        Assert.True((await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline))).RequestWasSent);
        Assert.True(await server.IsSilentAsync());
    }

    [Fact]
    public async Task Lost_StreamIsMarked_FailsAndIsNotMadeAgain()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = Of(server.Url);
        await using IAsyncEnumerator<int> items = client.As<ICells>().All().GetAsyncEnumerator();

        Task<bool> next = items.MoveNextAsync().AsTask();
        (await server.AcceptAsync().Read()).Dispose();

        await Assert.ThrowsAsync<MprpcConnectionException>(() => next.WaitAsync(Deadline));
        Assert.True(await server.IsSilentAsync());
    }

    [Fact]
    public async Task Lost_EachTime_FailsAfterThreeRepetitionsAsOneThatMayHaveRun()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = Of(server.Url);
        using var stop = new CancellationTokenSource();
        Task<int> taken = HangUpAsync(server, stop.Token);

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(
            () => client.CallAsync<int>("sum", s_idempotent, 1, 2).AsTask().WaitAsync(Deadline));
        await stop.CancelAsync();

        Assert.Equal((4, true), (await taken, exception.RequestWasSent));
    }

    [Fact]
    public async Task Lost_ManyCalls_AreMadeAgainWithinTheBudget()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = Of(server.Url);
        using var stop = new CancellationTokenSource();
        Task<int> taken = HangUpAsync(server, stop.Token);

        for (int call = 0; call < 8; call++)
        {
            await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", s_idempotent, 1, 2).AsTask().WaitAsync(Deadline));
        }

        await stop.CancelAsync();
        Assert.Equal(8 + 10, await taken);
    }

    [Fact]
    public async Task Lost_NoServerIsLeft_FailsAsOneThatMayHaveRun()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = Of(server.Url);

        Task<int> call = client.CallAsync<int>("sum", s_idempotent, 1, 2).AsTask();
        ScriptedConnection connection = await server.AcceptAsync().Read();
        server.StopListening();
        connection.Dispose();
        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline));

        Assert.True(exception.RequestWasSent);
        Assert.Contains("The call of 'sum' was made again, and that attempt failed: Cannot connect to", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lost_ByAnAnswerThatIsNoMessage_FailsAndIsNotMadeAgain()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = Of(server.Url);

        Task<int> call = client.CallAsync<int>("sum", s_idempotent, 1, 2).AsTask();
        ScriptedConnection connection = await server.AcceptAsync().Read();
        await connection.SendAsync("c1");

        await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline));
        Assert.True(await server.IsSilentAsync());
    }

    [Fact]
    public async Task TimedOut_MayStillRun_IsNotMadeAgain()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = Of(server.Url);

        Task<int> call = client.CallAsync<int>("sum", s_idempotent with { Timeout = TimeSpan.FromMilliseconds(50) }, 1, 2).AsTask();
        ScriptedConnection connection = await server.AcceptAsync().Read();

        await Assert.ThrowsAsync<TimeoutException>(() => call.WaitAsync(Deadline));
        Assert.True(await connection.IsSilentAsync());
    }

    private static MprpcClient Of(string url)
        => new(url, new MprpcClientOptions
        {
            Extensions = MprpcExtensions.Never,
            Reconnect = new() { InitialDelay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero },
        });

    /// <summary>Takes a request on each connection, and closes it.</summary>
    private static async Task<int> HangUpAsync(ScriptedServer server, CancellationToken cancellationToken)
    {
        for (int taken = 0; ;)
        {
            if (server.IsDialled)
            {
                (await server.AcceptAsync().Read()).Dispose();
                taken++;
            }
            else if (cancellationToken.IsCancellationRequested)
            {
                return taken;
            }
            else
            {
                await Task.Delay(1, CancellationToken.None);
            }
        }
    }

    [MprpcService]
    internal interface ICells
    {
        [MprpcMethod(Idempotent = true)]
        Task<int> ReadAsync(int cell);

        [MprpcMethod(Idempotent = true)]
        Task TouchAsync();

        [MprpcMethod(Idempotent = true)]
        IAsyncEnumerable<int> All();

        Task<int> AddAsync(int count);
    }
}

file static class Extensions
{
    /// <summary>The connection, once a request has come over it.</summary>
    public static async Task<ScriptedConnection> Read(this Task<ScriptedConnection> accepting)
    {
        ScriptedConnection connection = await accepting;
        await connection.ReadAsync();
        return connection;
    }
}
