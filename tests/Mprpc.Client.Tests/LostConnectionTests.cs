using Mprpc.Tests.Kit;

namespace Mprpc.Client.Tests;

/// <summary>A connection is out of the pool in the instant in which it cannot be used any more, not only when its read loop has ended.</summary>
public sealed class LostConnectionTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Theory]
    [InlineData(int.MaxValue, false)]
    [InlineData(int.MaxValue, true)]
    [InlineData(10, false)]
    public async Task Call_AfterAFailedSend_GoesOverAnotherConnection(int maxInFlight, bool hasToken)
    {
        // The first connection takes one write, and its read loop goes on after that.
        PipePeer[] peers = [new PipePeer(writes: 1), new PipePeer()];
        var dialer = new TestDialer((attempt, _) => Task.FromResult(peers[attempt].Transport));
        await using var client = new MprpcClient(dialer, new MprpcClientOptions { MaxInFlightPerConnection = maxInFlight }.Freeze());
        using var source = new CancellationTokenSource();
        CancellationToken token = hasToken ? source.Token : default;
        Task<int> first = client.CallAsync<int>("a", token).AsTask();
        await peers[0].AnswerAsync("c001");
        Assert.Equal(1, await first.WaitAsync(Deadline));

        Task<int> lost = client.CallAsync<int>("b", token).AsTask();
        // The loop may hold the output: then it is sent with its batch.
        await Bounded.Until(() => peers[0].Aborts > 0, "the end of the connection").WaitAsync(Deadline);
        Task<int> next = Task.Run(async () => await client.CallAsync<int>("c", token));
        await peers[1].AnswerAsync("c003").WaitAsync(Deadline);

        Assert.Equal(3, await next.WaitAsync(Deadline));
        Assert.Equal(2, dialer.Attempts);
        peers[0].Finish();
        await Assert.ThrowsAsync<MprpcConnectionException>(() => lost.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Connection_AbortedByAHandler_TakesNoFurtherCall()
    {
        PipePeer[] peers = [new PipePeer(), new PipePeer()];
        var dialer = new TestDialer((attempt, _) => Task.FromResult(peers[attempt].Transport));
        MprpcClientOptions options = new MprpcClientOptions().AddHandler("leave", (MprpcCallContext context) => context.Connection.Abort());
        await using var client = new MprpcClient(dialer, options.Freeze());
        Task<int> first = client.CallAsync<int>("a").AsTask();
        string request = await peers[0].ReadAsync();

        await peers[0].SendAsync("9302 a5 6c65617665 90");
        await peers[0].SendAsync(Hex.Answer(request, "c001"));
        Assert.Equal(1, await first.WaitAsync(Deadline));
        Task<int> next = client.CallAsync<int>("b").AsTask();
        await peers[1].AnswerAsync("c002").WaitAsync(Deadline);

        Assert.Equal(2, await next.WaitAsync(Deadline));
        peers[0].Finish();
    }

    [Fact]
    public async Task ConnectAsync_ServerTalksAtOnceAndItsHandlerBlocks_IsConnectedAllTheSame()
    {
        using var release = new ManualResetEventSlim();
        var peer = new PipePeer();
        await peer.SendAsync("9302 a5 626c6f636b 90");
        var dialer = new TestDialer((_, _) => Task.FromResult(peer.Transport));
        MprpcClientOptions options = new MprpcClientOptions { CallTimeout = Deadline }.AddHandler("block", () => release.Wait());
        await using var client = new MprpcClient(dialer, options.Freeze());

        // Sent only when the attempt has come to its end.
        Task<int> call = client.CallAsync<int>("a").AsTask();
        await peer.ReadAsync().WaitAsync(Deadline);

        release.Set();
        await client.DisposeAsync();
        peer.Finish();
        await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline));
    }

    [Theory]
    [InlineData("c1")]
    [InlineData("485454502f312e3120343030")]    // HTTP/1.1 400
    [InlineData("9401")]                        // the beginning of an answer, then garbage
    public async Task Garbage_FromTheServer_FailsTheCallWithAConnectionExceptionThatSaysWhy(string bytes)
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { Reconnect = new() { InitialDelay = TimeSpan.Zero } });
        Task<int> call = client.CallAsync<int>("a").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.ReadAsync();

        await connection.SendAsync(bytes + "c1c1c1c1");
        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline));
        Task<int> next = client.CallAsync<int>("b").AsTask();
        await (await server.AcceptAsync()).AnswerAsync("c002");

        Assert.IsType<MprpcProtocolException>(exception.InnerException);
        Assert.True(exception.RequestWasSent);
        Assert.Contains(exception.InnerException.Message, exception.Message, StringComparison.Ordinal);
        Assert.Equal(2, await next.WaitAsync(Deadline));
    }

    [Fact]
    public async Task ConnectAsync_Cancelled_SaysWhatWasCancelled()
    {
        using var server = new ScriptedServer();
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        // It takes connections, and never answers the handshake.
        var exception = await Assert.ThrowsAsync<OperationCanceledException>(
            () => MprpcClient.ConnectAsync($"tls://127.0.0.1:{server.Port}", cancellationToken: source.Token).AsTask().WaitAsync(Deadline));

        Assert.Contains($"Connecting to tls://127.0.0.1:{server.Port}", exception.Message, StringComparison.Ordinal);
        Assert.Equal(source.Token, exception.CancellationToken);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    public async Task Handler_ThatCallsBack_DoesNotWaitForThePlaceOfTheCallThatWaitsForIt(int maxInFlight, bool isService)
    {
        MprpcClient client = null!;
        var peer = new PipePeer();
        var options = new MprpcClientOptions { MaxInFlightPerConnection = maxInFlight };

        if (isService)
        {
            options.AddHandlers(new Asker(() => client));
        }
        else
        {
            options.AddHandler("ask", async () => await new Asker(() => client).AskAsync());
        }

        client = new MprpcClient(new TestDialer((_, _) => Task.FromResult(peer.Transport)), options.Freeze());
        Task<int> outer = client.CallAsync<int>("outer").AsTask();
        string request = await peer.ReadAsync();

        await peer.SendAsync("94 00 07 a3 61736b 90");
        await peer.AnswerAsync("c005").WaitAsync(Deadline);
        await peer.AnswerAsync("c006").WaitAsync(Deadline);

        // [1, 7, nil, 11]
        Assert.Equal("940107c00b", await peer.ReadAsync());
        await peer.SendAsync(Hex.Answer(request, "c001"));
        Assert.Equal(1, await outer.WaitAsync(Deadline));
        await client.DisposeAsync();
        peer.Finish();
    }

    public sealed class Asker(Func<MprpcClient> client)
    {
        public async Task<int> AskAsync()
        {
            int first = await client().CallAsync<int>("inner");
            return first + await client().CallAsync<int>("inner");
        }
    }
}
