using System.IO.Pipelines;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.CustomTransports;

/// <summary>Connections whose both ends are over a transport of the application's own.</summary>
public sealed class TransportTests
{
    private const int Large = 4 * 1024 * 1024 - 64;     // with its message's head below the limit of 4 MiB

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Calls_BothWaysAndLarge_AreAnswered(string kind)
    {
        await using RpcHost host = await BoardHost.StartAsync();
        (MprpcClient client, Task served) = await host.ConnectAsync(kind);
        byte[] bytes = new byte[Large];
        Random.Shared.NextBytes(bytes);
        byte[] reversed = [.. bytes.Reverse()];

        await using (client)
        {
            using IDisposable serving = client.On("reverse", (byte[] value) => value.Reverse().ToArray());
            int[] sums = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => client.CallAsync<int>("sum", i, i).InTime()));

            Assert.Equal(Enumerable.Range(0, 100).Select(i => i + i), sums);
            Assert.Equal(reversed, await client.CallAsync<byte[]>("reverse", bytes).InTime());
            Assert.Equal(reversed, await client.CallAsync<byte[]>("ask_back", bytes).InTime());
            Assert.False(served.IsCompleted);
        }

        await served.InTime();
        Assert.Equal(0, host.Server().ConnectionCount);
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Abort_ByTheServer_FailsTheClientsCallsAndEndsTheServing(string kind)
    {
        var board = new Board();
        await using RpcHost host = await BoardHost.StartAsync(board);
        (MprpcClient client, Task served) = await host.ConnectAsync(kind);
        await using MprpcClient disposed = client;
        Task<int> waiting = client.CallAsync<int>("wait").AsTask();
        await board.Waiting.Task.InTime();

        Assert.Single(host.Server().Connections).Abort();

        await served.InTime();
        await board.Cancelled.Task.InTime();
        var lost = await Assert.ThrowsAsync<MprpcConnectionException>(() => waiting.InTime());
        Assert.True(lost.RequestWasSent);
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Dispose_OfTheClientWithACallInFlight_CancelsItAtTheServer(string kind)
    {
        var board = new Board();
        await using RpcHost host = await BoardHost.StartAsync(board);
        (MprpcClient client, Task served) = await host.ConnectAsync(kind);
        Task<int> waiting = client.CallAsync<int>("wait").AsTask();
        await board.Waiting.Task.InTime();

        await client.DisposeAsync().InTime();

        await Assert.ThrowsAnyAsync<Exception>(() => waiting.InTime());
        board.Gate.TrySetResult();      // a carrier without a reset lets the call end: its answer finds nobody
        await served.InTime();
    }

    [Fact]
    public async Task Dispose_OfTheClientWithACallInFlight_AbortsItsTransport()
    {
        var board = new Board();
        await using RpcHost host = await BoardHost.StartAsync(board);
        (Pipe toServer, Pipe toClient) = (new Pipe(), new Pipe());
        var transport = new TestTransport(toClient.Reader, toServer.Writer);
        _ = host.Server().ServeAsync(MprpcTransport.FromPipes(toServer.Reader, toClient.Writer));
        MprpcClient client = MprpcClient.FromTransport(transport);
        Task<int> waiting = client.CallAsync<int>("wait").AsTask();
        await board.Waiting.Task.InTime();

        await client.DisposeAsync().InTime();

        await Assert.ThrowsAnyAsync<Exception>(() => waiting.InTime());
        await board.Cancelled.Task.InTime();        // its end of the pipe was completed with an exception
        await Bounded.Until(() => transport is { Aborts: 1, Disposals: 1 }, "it is aborted, then disposed");
    }

    [Fact]
    public async Task End_OfTheCarrierWithACallInFlight_LetsItBeAnswered()
    {
        var board = new Board();
        await using RpcHost host = await BoardHost.StartAsync(board);
        (Pipe toServer, Pipe toClient) = (new Pipe(), new Pipe());
        Task served = host.Server().ServeAsync(MprpcTransport.FromPipes(toServer.Reader, toClient.Writer));
        await toServer.Writer.WriteAsync(Convert.FromHexString("940001a47761697490")).InTime();     // [0, 1, "wait", []]
        await board.Waiting.Task.InTime();

        await toServer.Writer.CompleteAsync();
        board.Gate.TrySetResult();

        ReadResult answer = await toClient.Reader.ReadAtLeastAsync(5).InTime();
        Assert.Equal("940101C001", Convert.ToHexString(answer.Buffer.FirstSpan));       // [1, 1, nil, 1]
        await served.InTime();
    }

    [Fact]
    public async Task Notification_BeforeTheClientIsDisposed_Arrives()
    {
        await using RpcHost host = await BoardHost.StartAsync();
        (Pipe toServer, Pipe toClient) = (new Pipe(), new Pipe());
        MprpcClient client = MprpcClient.FromTransport(MprpcTransport.FromPipes(toClient.Reader, toServer.Writer));

        await client.NotifyAsync("done").InTime();
        await client.DisposeAsync().InTime();

        ReadResult read = await toServer.Reader.ReadAsync().InTime();
        Assert.Equal("9302A4646F6E6590", Convert.ToHexString(read.Buffer.FirstSpan));   // [2, "done", []]
        toServer.Reader.AdvanceTo(read.Buffer.End);
        Assert.True((await toServer.Reader.ReadAsync().InTime()).IsCompleted);
    }

    [Fact]
    public async Task Transport_OfAClass_TellsAddressesAndIsDisposedOnceAtTheEnd()
    {
        await using RpcHost host = await BoardHost.StartAsync();
        (Pipe toServer, Pipe toClient) = (new Pipe(), new Pipe());
        var ofServer = new TestTransport(toServer.Reader, toClient.Writer);
        var ofClient = new TestTransport(toClient.Reader, toServer.Writer);
        Task served = host.Server().ServeAsync(ofServer);
        MprpcClient client = MprpcClient.FromTransport(ofClient);

        string peer = await client.CallAsync<string>("peer").InTime();
        await client.DisposeAsync().InTime();

        await served.InTime();
        await Bounded.Until(() => ofClient.Disposals == 1, "the client's is disposed");
        Assert.Equal($"{ofServer.LocalEndPoint} {ofServer.RemoteEndPoint}", peer);
        Assert.Equal((0, 1), (ofServer.Aborts, ofServer.Disposals));
        Assert.Equal(0, ofClient.Aborts);
    }

    [Fact]
    public async Task Transport_GivenTwice_IsRefusedAndTheFirstGoesOn()
    {
        await using RpcHost host = await BoardHost.StartAsync();
        (MprpcTransport server, MprpcTransport other) = await Carriers.CreateAsync("pipes");
        Task served = host.Server().ServeAsync(server);
        await using MprpcClient client = MprpcClient.FromTransport(other);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => host.Server().ServeAsync(server).InTime());

        Assert.Contains("Make another for each connection", refused.Message, StringComparison.Ordinal);
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
        Assert.False(served.IsCompleted);
    }

    [Fact]
    public void Stream_ThatCannotDoIt_IsRefusedAtOnce()
    {
        using var closed = new MemoryStream();
        closed.Dispose();
        using var readOnly = new MemoryStream([], writable: false);

        Assert.Contains("cannot be read", Assert.Throws<ArgumentException>(() => MprpcTransport.FromStream(closed)).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be written", Assert.Throws<ArgumentException>(() => MprpcTransport.FromStream(readOnly)).Message, StringComparison.Ordinal);
    }
}
