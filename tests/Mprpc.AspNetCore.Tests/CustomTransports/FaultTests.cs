using System.Buffers;
using System.IO.Pipelines;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.CustomTransports;

/// <summary>Transports whose code fails, hangs or blocks: the connection comes to its end all the same.</summary>
public sealed class FaultTests
{
    private static readonly byte[] s_sum = Convert.FromHexString("940001a373756d920102");      // [0, 1, "sum", [1, 2]]

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_ThatThrows_EndsTheConnectionAsLost(bool atOnce)
    {
        await using RpcHost host = await BoardHost.StartAsync();
        var input = new TestReader(() => Fail<ReadResult>(atOnce, "The line is broken."));
        var transport = new TestTransport(input, new TestWriter(_ => default));

        await host.Server().ServeAsync(transport).InTime();

        Assert.Contains("The line is broken.", (await host.Log.WaitForAsync(4)).Message, StringComparison.Ordinal);
        Assert.Equal(1, transport.Disposals);
        await input.Completed.Task.InTime();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_ThatThrows_EndsTheConnection(bool atOnce)
    {
        await using RpcHost host = await BoardHost.StartAsync();
        var toServer = new Pipe();
        var transport = new TestTransport(toServer.Reader, new TestWriter(_ => Fail<FlushResult>(atOnce, "The line is broken.")));
        Task served = host.Server().ServeAsync(transport);

        await toServer.Writer.WriteAsync(s_sum).InTime();

        await served.InTime();
        Assert.Contains("The line is broken.", (await host.Log.WaitForAsync(4)).Message, StringComparison.Ordinal);
        Assert.Equal(1, transport.Disposals);
    }

    [Fact]
    public async Task Read_ThatNeverEnds_HoldsUpNeitherAbortNorStopOfTheServer()
    {
        await using RpcHost host = await BoardHost.StartAsync();
        var aborted = new TestTransport(new TestReader(Never<ReadResult>), new TestWriter(_ => default));
        var stopped = new TestTransport(new TestReader(Never<ReadResult>), new TestWriter(_ => default));
        Task first = host.Server().ServeAsync(aborted);
        await Bounded.Until(() => host.Server().ConnectionCount == 1, "the first is served");

        Assert.Single(host.Server().Connections).Abort();
        await first.InTime();
        Task second = host.Server().ServeAsync(stopped);
        await Bounded.Until(() => host.Server().ConnectionCount == 1, "the second is served");
        await host.App.StopAsync().InTime();

        await second.InTime();
        Assert.Equal((1, 1), (aborted.Aborts, aborted.Disposals));
        Assert.Equal((0, 1), (stopped.Aborts, stopped.Disposals));
    }

    [Fact]
    public async Task Read_ThatEndsAfterItsConnection_CompletesTheReaderThen()
    {
        await using RpcHost host = await BoardHost.StartAsync();
        var read = new TaskCompletionSource<ReadResult>();
        TaskCompletionSource reading = Board.NewSignal();
        var input = new TestReader(() =>
        {
            reading.TrySetResult();
            return new ValueTask<ReadResult>(read.Task);
        });
        Task served = host.Server().ServeAsync(new TestTransport(input, new TestWriter(_ => default)));
        await reading.Task.InTime();     // it is counted before it reads

        host.Server().AbortConnections();
        await served.InTime();
        bool wasCompletedWhileReading = input.Completed.Task.IsCompleted;
        read.SetResult(new ReadResult(new ReadOnlySequence<byte>(s_sum), isCanceled: false, isCompleted: false));

        Assert.False(wasCompletedWhileReading);
        Assert.IsType<IOException>(await input.Completed.Task.InTime());
    }

    [Fact]
    public async Task Write_ThatNeverEnds_HoldsUpNeitherTheAbortNorTheDisposalOfAClient()
    {
        await using RpcHost host = await BoardHost.StartAsync();
        var toServer = new Pipe();
        var transport = new TestTransport(toServer.Reader, new TestWriter(_ => Never<FlushResult>()));
        Task served = host.Server().ServeAsync(transport);
        await toServer.Writer.WriteAsync(s_sum).InTime();
        await Bounded.Until(() => host.Server().ConnectionCount == 1, "it is served");
        TaskCompletionSource writing = Board.NewSignal();
        var ofClient = new TestTransport(new TestReader(Never<ReadResult>), new TestWriter(_ =>
        {
            writing.TrySetResult();
            return Never<FlushResult>();
        }));
        MprpcClient client = MprpcClient.FromTransport(ofClient);
        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        await writing.Task.InTime();

        host.Server().AbortConnections();
        await client.DisposeAsync().InTime();

        await served.InTime();
        await Assert.ThrowsAnyAsync<Exception>(() => call.InTime());
        await Bounded.Until(() => ofClient is { Aborts: 1, Disposals: 1 }, "the client's is aborted, since its write would never end, and disposed");
    }

    [Fact]
    public async Task AbortAndDispose_ThatThrow_AreLoggedAndTheServingEnds()
    {
        await using RpcHost host = await BoardHost.StartAsync();
        var transport = new TestTransport(new TestReader(Never<ReadResult>), new TestWriter(_ => default))
        {
            OnAbort = () => throw new InvalidOperationException("Abort threw."),
            OnDispose = () => throw new InvalidOperationException("Dispose threw."),
        };
        Task served = host.Server().ServeAsync(transport);
        await Bounded.Until(() => host.Server().ConnectionCount == 1, "it is served");

        host.Server().AbortConnections();

        await served.InTime();
        Assert.Equal(
            ["Abort threw.", "Dispose threw."],
            host.Log.Entries.Where(entry => entry.Event.Name == "TransportThrew").Select(entry => entry.Exception!.Message));
    }

    [Fact]
    public async Task Abort_ThatBlocks_HoldsNobodyUpWhoAborts()
    {
        await using RpcHost host = await BoardHost.StartAsync();
        using var gate = new ManualResetEventSlim();
        var transport = new TestTransport(new TestReader(Never<ReadResult>), new TestWriter(_ => default)) { OnAbort = () => gate.Wait(Bounded.Time) };
        Task served = host.Server().ServeAsync(transport);
        await Bounded.Until(() => host.Server().ConnectionCount == 1, "it is served");

        await Task.Run(host.Server().AbortConnections).InTime();
        await Bounded.Until(() => host.Server().ConnectionCount == 0, "the connection has ended");
        bool wasServed = served.IsCompleted;
        gate.Set();

        await served.InTime();
        Assert.False(wasServed);
    }

    [Fact]
    public async Task Transport_WithoutInput_IsRefused()
    {
        await using RpcHost host = await BoardHost.StartAsync();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => host.Server().ServeAsync(new TestTransport(null!, new TestWriter(_ => default))).InTime());

        Assert.Contains("TestTransport.Input is null", refused.Message, StringComparison.Ordinal);
    }

    private static async ValueTask<T> Fail<T>(bool atOnce, string message)
    {
        if (!atOnce)
        {
            await Task.Yield();
        }

        throw new IOException(message);
    }

    private static ValueTask<T> Never<T>() => new(new TaskCompletionSource<T>().Task);
}
