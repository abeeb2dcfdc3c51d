using System.Net.Sockets;

namespace Mprpc.Client.Tests;

/// <summary>Servers that close after each answer, as PHP's do: a call that follows an answer closely must not go out on what is being closed.</summary>
public sealed class CallsPerConnectionTests
{
    [Fact]
    public async Task Call_RightAfterAnAnswerOfAServerThatCloses_GetsAConnectionOfItsOwn()
    {
        const int Calls = 200;
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions().UsePeer(MprpcPeer.MsgpackRpcPhp));
        Task serving = AnswerOneAndCloseAsync(server, Calls);

        for (int i = 0; i < Calls; i++)
        {
            Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).AsTask().WaitAsync(ScriptedServer.Deadline));
        }

        await serving.WaitAsync(ScriptedServer.Deadline);
    }

    [Fact]
    public async Task Calls_AtOnceToAServerThatCloses_AllGetTheirAnswers()
    {
        const int Calls = 100;
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxCallsPerConnection = 1, MaxConnections = 4 });
        Task serving = AnswerOneAndCloseAsync(server, Calls);

        IEnumerable<Task<int>> calls = Enumerable.Range(0, Calls).Select(_ => client.CallAsync<int>("sum", 1, 2).AsTask());
        int[] answers = await Task.WhenAll(calls).WaitAsync(ScriptedServer.Deadline);

        Assert.All(answers, answer => Assert.Equal(3, answer));
        await serving.WaitAsync(ScriptedServer.Deadline);
    }

    [Fact]
    public async Task Connection_AfterItsLastCall_IsReplacedAndClosedWhenAllAreAnswered()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxCallsPerConnection = 2 });
        Task<int>[] calls = [.. Enumerable.Range(0, 3).Select(i => client.CallAsync<int>("echo", i).AsTask())];
        ScriptedConnection used = await server.AcceptAsync();
        string[] requests = [await used.ReadAsync(), await used.ReadAsync()];

        await used.SendAsync(Hex.Answer(requests[0], "c0" + requests[0][^2..]));
        ScriptedConnection next = await server.AcceptAsync();
        string third = await next.ReadAsync();
        await next.SendAsync(Hex.Answer(third, "c0" + third[^2..]));
        await used.SendAsync(Hex.Answer(requests[1], "c0" + requests[1][^2..]));

        int[] answers = await Task.WhenAll(calls).WaitAsync(ScriptedServer.Deadline);
        Assert.Equal([0, 1, 2], answers);
        await used.WaitForEndAsync();
    }

    /// <summary>Each connection by itself: a client may open one that it does not use.</summary>
    private static async Task AnswerOneAndCloseAsync(ScriptedServer server, int times)
    {
        var answered = new TaskCompletionSource();
        int left = times;

        while (!answered.Task.IsCompleted)
        {
            Task<ScriptedConnection> accepted = server.AcceptAsync();

            if (await Task.WhenAny(accepted, answered.Task) == accepted)
            {
                _ = AnswerAsync(await accepted);
            }
        }

        async Task AnswerAsync(ScriptedConnection connection)
        {
            await connection.AnswerAsync("c003");
            connection.Socket.Shutdown(SocketShutdown.Both);

            if (Interlocked.Decrement(ref left) == 0)
            {
                answered.SetResult();
            }
        }
    }
}
