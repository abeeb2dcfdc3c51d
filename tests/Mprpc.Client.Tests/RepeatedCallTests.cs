namespace Mprpc.Client.Tests;

/// <summary>Calls that a server has taken and never run, of clients that know several servers (docs/protocol.md 10.10).</summary>
public sealed class RepeatedCallTests
{
    private const string FinalGoAway = "9302a8242f676f617761799200a773746f70706564";

    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Fact]
    public async Task FinalGoAway_CallIsUnanswered_IsSentToAnotherServerOnce()
    {
        using var one = new ScriptedServer();
        using var two = new ScriptedServer();
        await using MprpcClient client = Of(one, two);

        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        (ScriptedConnection first, ScriptedServer other) = await AcceptAsync(one, two);
        string request = await first.ReadAsync();
        await first.SendAsync(FinalGoAway);
        ScriptedConnection second = await other.GreetAsync();
        string again = await second.AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
        Assert.Equal("940001a373756d920102", request);
        Assert.Equal("940001a373756d920102", again);
    }

    [Fact]
    public async Task RefusedAsGoAway_CallHasNotRun_IsSentToAnotherServer()
    {
        using var one = new ScriptedServer();
        using var two = new ScriptedServer();
        await using MprpcClient client = Of(one, two);

        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        (ScriptedConnection first, ScriptedServer other) = await AcceptAsync(one, two);
        string request = await first.ReadAsync();
        await first.SendAsync("9302a8242f676f6177617992cd1388a0");      // [5000, ""]
        await first.SendAsync(Hex.Answer(request, "82a76d657373616765a2676fa4636f6465a6676f61776179c0"));      // {"message": "go", "code": "goaway"}
        await (await other.GreetAsync()).AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task LostConnection_CallMayHaveRun_FailsAndIsNotRepeated()
    {
        using var one = new ScriptedServer();
        using var two = new ScriptedServer();
        await using MprpcClient client = Of(one, two);

        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        (ScriptedConnection first, ScriptedServer other) = await AcceptAsync(one, two);
        await first.ReadAsync();
        first.Dispose();
        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline));

        Assert.True(exception.RequestWasSent);
        Assert.True(await other.IsSilentAsync());
    }

    [Fact]
    public async Task FinalGoAway_OfEachServer_FailsAfterThreeRepetitions()
    {
        using var one = new ScriptedServer();
        using var two = new ScriptedServer();
        await using MprpcClient client = Of(one, two);
        int taken = 0;

        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();

        while (!call.IsCompleted && taken < 9)
        {
            Task<(ScriptedConnection Connection, ScriptedServer Other)> accepting = AcceptAsync(one, two);

            if (await Task.WhenAny(call, accepting).WaitAsync(Deadline) == call)
            {
                break;
            }

            ScriptedConnection connection = (await accepting).Connection;
            await connection.ReadAsync();
            await connection.SendAsync(FinalGoAway);
            taken++;
        }

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline));
        Assert.Equal((4, false), (taken, exception.RequestWasSent));
    }

    [Fact]
    public async Task FinalGoAway_TheTimeIsUp_FailsAndIsNotRepeated()
    {
        using var one = new ScriptedServer();
        using var two = new ScriptedServer();
        await using MprpcClient client = Of(one, two);
        var options = new MprpcCallOptions { Timeout = TimeSpan.FromMilliseconds(300) };

        Task<int> call = client.CallAsync<int>("sum", options, 1, 2).AsTask();
        (ScriptedConnection first, ScriptedServer other) = await AcceptAsync(one, two);
        await first.ReadAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => call.WaitAsync(Deadline));
        await first.SendAsync(FinalGoAway);

        Assert.True(await other.IsSilentAsync());
    }

    private static MprpcClient Of(ScriptedServer one, ScriptedServer two)
        => new(new MprpcClientOptions { Servers = MprpcServerSource.Fixed(one.Url, two.Url), Extensions = MprpcExtensions.Always });

    /// <summary>The connection that the client makes to either server, and the other one.</summary>
    private static async Task<(ScriptedConnection Connection, ScriptedServer Other)> AcceptAsync(ScriptedServer one, ScriptedServer two)
    {
        while (true)
        {
            foreach ((ScriptedServer server, ScriptedServer other) in new[] { (one, two), (two, one) })
            {
                if (server.IsDialled)
                {
                    return (await server.GreetAsync(), other);
                }
            }

            await Task.Delay(1);
        }
    }
}
