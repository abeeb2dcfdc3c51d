using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using MessagePack;
using Microsoft.Extensions.Logging.Abstractions;
using Mprpc.Connections;
using Mprpc.Dispatch;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Connections;

/// <summary>Calls that a connection makes: the test is the peer that answers.</summary>
public sealed class CallsToPeerTests
{
    [Fact]
    public async Task CallAsync_Answered_GivesTheResult()
    {
        await using var peer = new InMemoryConnection();

        Task<int> call = peer.Connection.CallAsync<int>("sum", 1, 2).AsTask();
        Assert.Equal("940000" + Hex.Sum, await peer.ReadAsync());
        await peer.SendAsync("94 01 00 c0 03");

        Assert.Equal(3, await call.WaitAsync(InMemoryConnection.Deadline));
    }

    [Fact]
    public async Task CallAsync_AfterTheLastId_StartsOverPastThoseInFlight()
    {
        // C23, on the wire
        await using var peer = new InMemoryConnection();
        Task<int> zero = peer.Connection.CallAsync<int>("a").AsTask();
        peer.Connection.Requests.NextId = int.MaxValue;

        Task<int> last = peer.Connection.CallAsync<int>("b").AsTask();
        Task<int> next = peer.Connection.CallAsync<int>("c").AsTask();
        string[] sent = [await peer.ReadAsync(), await peer.ReadAsync(), await peer.ReadAsync()];
        await peer.SendAsync("94 01 01 c0 03 94 01 ce7fffffff c0 02 94 01 00 c0 01");

        Assert.Equal(["940000a16190", "9400ce7fffffffa16290", "940001a16390"], sent);
        int[] results = await Task.WhenAll(zero, last, next).WaitAsync(InMemoryConnection.Deadline);
        Assert.Equal(new[] { 1, 2, 3 }, results);
    }

    [Theory]
    [InlineData("cfffffffffffffffff")]
    [InlineData("d3ffffffff00000000")]
    [InlineData("a161")]
    [InlineData("c0")]
    [InlineData("cb3ff8000000000000")]
    [InlineData("d40105")]
    [InlineData("93010203")]
    public async Task CallAsync_ResultOfAnotherType_FailsThisCallAndKeepsTheConnection(string result)
    {
        await using var peer = new InMemoryConnection();
        Task<int> wrong = peer.Connection.CallAsync<int>("sum").AsTask();
        Task<uint> unsigned = peer.Connection.CallAsync<uint>("sum").AsTask();
        Task<int> right = peer.Connection.CallAsync<int>("sum").AsTask();

        await peer.SendAsync($"94 01 00 c0 {result} 94 01 01 c0 {result} 94 01 02 c0 03");

        var exception = await Assert.ThrowsAsync<MessagePackSerializationException>(() => wrong.WaitAsync(InMemoryConnection.Deadline));
        Assert.Contains("'sum' cannot be read as int", exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<MessagePackSerializationException>(() => unsigned.WaitAsync(InMemoryConnection.Deadline));
        Assert.Equal(3, await right.WaitAsync(InMemoryConnection.Deadline));
    }

    [Theory]
    [InlineData("a4626f6f6d c0")]
    [InlineData("07 c703ff010203")]
    [InlineData("c703ff010203 c0")]
    [InlineData("82 0101 0102 c0")]
    public async Task CallAsync_ErrorOfAnyShape_FailsThisCallAndKeepsTheConnection(string error)
    {
        await using var peer = new InMemoryConnection();
        Task<int> failing = peer.Connection.CallAsync<int>("sum").AsTask();
        Task<int> right = peer.Connection.CallAsync<int>("sum").AsTask();

        await peer.SendAsync($"94 01 00 {error} 94 01 01 c0 03");

        await Assert.ThrowsAsync<MprpcRemoteException>(() => failing.WaitAsync(InMemoryConnection.Deadline));
        Assert.Equal(3, await right.WaitAsync(InMemoryConnection.Deadline));
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(100, 1)]
    public async Task Call_BeyondALimitWhileThePeerIsAsked_WaitsAndThePeersAnswerIsRead(int mostOfTheConnection, int mostOfAll)
    {
        using var probe = new Probe();
        await using var peer = InMemoryConnection.Serving(probe, mostOfTheConnection, total: new RunningCallsTotal(mostOfAll));
        string callBack = Hex.Of(Encoding.UTF8.GetBytes("call_back_later"));
        await peer.SendAsync($"94 00 01 af{callBack} 91 05");
        Assert.StartsWith("940000", await peer.ReadAsync(), StringComparison.Ordinal);

        await peer.SendAsync($"94 00 02 af{callBack} 91 06");
        await peer.SendAsync("94 01 00 c0 07");

        Assert.Equal("940101c007", await peer.ReadAsync());
        Assert.StartsWith("940001", await peer.ReadAsync(), StringComparison.Ordinal);
        await peer.SendAsync("94 01 01 c0 08");
        Assert.Equal("940102c008", await peer.ReadAsync());
    }

    [Theory]
    [InlineData(1, 100, "This connection has reached its limit of 1 running calls; wait for answers before sending more.")]
    [InlineData(100, 1, "The server has reached its limit of running calls; retry later.")]
    public async Task Calls_BeyondWhatCanBeSetAsideWhileThePeerIsAsked_AreRefusedAndItsAnswerIsRead(int mostOfTheConnection, int mostOfAll, string message)
    {
        using var probe = new Probe();
        await using var peer = InMemoryConnection.Serving(probe, mostOfTheConnection, total: new RunningCallsTotal(mostOfAll));
        await peer.SendAsync($"94 00 01 af{Hex.Of(Encoding.UTF8.GetBytes("call_back_later"))} 91 05");
        string asked = await peer.ReadAsync();
        byte[] large = [.. Hex.Bytes("94 00 02 a5 6279746573 91 c6 00100000"), .. new byte[1024 * 1024]];

        // Three of them are within the 4 MiB that may be set aside; the fourth is not.
        for (int i = 0; i < 4; i++)
        {
            await peer.SendAsync(large);
        }

        string refused = await peer.ReadAsync();
        await peer.SendAsync("94 01 00 c0 07");

        Assert.StartsWith("940000", asked, StringComparison.Ordinal);
        Assert.StartsWith("940102", refused, StringComparison.Ordinal);
        Assert.Contains(Hex.Of(Encoding.UTF8.GetBytes(message)), refused, StringComparison.Ordinal);
        Assert.Equal("940101c007", await peer.ReadAsync());
        Assert.StartsWith("940102c0c600100000", await peer.ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Continuation_BlocksOnAnAnswerOfTheSameBatch_GetsIt()
    {
        await using var peer = new InMemoryConnection();
        Task<int> first = peer.Connection.CallAsync<int>("a").AsTask();
        ValueTask<int> second = peer.Connection.CallAsync<int>("b");
        Task<int> third = peer.Connection.CallAsync<int>("c").AsTask();
        Task<int> both = BlockAsync(first, second);

        await peer.SendAsync("94 01 00 c0 01 94 01 01 c0 02 94 01 02 c0 03");

        Assert.Equal(3, await both.WaitAsync(InMemoryConnection.Deadline));
        Assert.Equal(3, await third.WaitAsync(InMemoryConnection.Deadline));

        static async Task<int> BlockAsync(Task<int> first, ValueTask<int> second)
        {
            int value = await first.ConfigureAwait(false);      // goes on right on the read loop
            return value + second.AsTask().GetAwaiter().GetResult();
        }
    }

    [Fact]
    public async Task Continuation_CallsAndBlocksOnTheAnswer_GetsIt()
    {
        await using var peer = new InMemoryConnection();
        ValueTask<int> first = peer.Connection.CallAsync<int>("a");
        Task<int> outer = CallInContinuationAsync(peer.Connection, first);
        Assert.Equal("940000a16190", await peer.ReadAsync());

        await peer.SendAsync("94 01 00 c0 01");
        Assert.Equal("940001a16290", await peer.ReadAsync());
        await peer.SendAsync("94 01 01 c0 02");

        Assert.Equal(3, await outer.WaitAsync(InMemoryConnection.Deadline));

        static async Task<int> CallInContinuationAsync(MprpcConnection connection, ValueTask<int> first)
        {
            int value = await first.ConfigureAwait(false);
            return value + connection.CallAsync<int>("b").AsTask().GetAwaiter().GetResult();
        }
    }

    [Fact]
    public async Task UnexpectedMessages_OfEachKind_ChangeNothing()
    {
        // C8, C9, C10, C11, C17
        await using var peer = new InMemoryConnection();
        Task<int> call = peer.Connection.CallAsync<int>("a").AsTask();
        Assert.Equal("940000a16190", await peer.ReadAsync());

        await peer.SendAsync(
            "94 01 63 c0 07 94 01 ff b0 496e76616c69642070726f746f636f6c c0 93 02 a4 70696e67 90 94 00 05 a4 70696e67 90 94 01 00 c0 03 94 01 00 c0 04");

        Assert.Equal(3, await call.WaitAsync(InMemoryConnection.Deadline));
        Assert.StartsWith("940105", await peer.ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_Ends_FailsCallsAndRefusesLaterOnes()
    {
        var peer = new InMemoryConnection();
        Task<int> call = peer.Connection.CallAsync<int>("a").AsTask();
        await peer.ReadAsync();

        peer.Finish();

        Assert.True((await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(InMemoryConnection.Deadline))).RequestWasSent);
        Assert.Null(await peer.Ended.WaitAsync(InMemoryConnection.Deadline));
        Assert.False((await Assert.ThrowsAsync<MprpcConnectionException>(async () => await peer.Connection.CallAsync<int>("a"))).RequestWasSent);
        await Assert.ThrowsAsync<MprpcConnectionException>(async () => await peer.Connection.NotifyAsync("a"));
    }

    [Fact]
    public async Task CallAsync_TokenIsCancelled_EndsTheWaitAndIgnoresTheAnswer()
    {
        await using var peer = new InMemoryConnection();
        using var source = new CancellationTokenSource();
        Task<int> cancelled = peer.Connection.CallAsync<int>("a", source.Token).AsTask();
        Task<int> other = peer.Connection.CallAsync<int>("b").AsTask();

        await source.CancelAsync();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(InMemoryConnection.Deadline));
        await peer.SendAsync("94 01 00 c0 01 94 01 01 c0 02");

        Assert.Equal(source.Token, exception.CancellationToken);
        Assert.Equal(2, await other.WaitAsync(InMemoryConnection.Deadline));
    }

    [Theory]
    [InlineData("throws")]
    [InlineData("fails later")]
    [InlineData("is completed")]
    [InlineData("finishes")]
    public async Task TryCall_RefusedByTheOutput_LeavesNothingWithTheToken(string output)
    {
        using var source = new CancellationTokenSource();

        WeakReference[] calls = await RefuseAsync(output, source.Token);

        // Not by a collection alone: what ran a moment ago may still be on a stack.
        for (int i = 0; i < 50 && calls.Any(call => call.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(20);
        }

        Assert.All(calls, call => Assert.False(call.IsAlive));
        Assert.False(source.IsCancellationRequested);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static async Task<WeakReference[]> RefuseAsync(string output, CancellationToken token)
        {
            // No read loop runs that could close the rest.
            var connection = new RpcConnection(new RpcConnectionSettings
            {
                Id = "test",
                Transport = new FailingTransport(output),
                AbortTransport = () => { },
                Limits = new ConnectionLimits(1024, 64, 10, "Options"),
                Handler = Dispatcher.None,
                Logger = NullLogger.Instance,
            });

            if (output == "finishes")
            {
                await connection.Output.FinishAsync().WaitAsync(InMemoryConnection.Deadline, token);
            }
            else
            {
                Assert.True(connection.TryNotify(RequestWriter.Begin(MprpcSerializerOptions.Default, limit: null, "a", [])));
                await connection.Output.WaitUntilSentAsync().WaitAsync(InMemoryConnection.Deadline, token);
                Assert.True(connection.Output.IsClosed);
            }

            return [Refuse(connection, token), Refuse(connection, CancellationToken.None)];
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Refuse(RpcConnection connection, CancellationToken token)
        {
            PendingCall<int> call = PendingCall<int>.Rent("b", Timeout.InfiniteTimeSpan);
            Assert.False(connection.TryCall(call, RequestWriter.Begin(MprpcSerializerOptions.Default, limit: null, "b", []), token));
            Assert.Equal(0, connection.Requests.Count);
            return new WeakReference(call);
        }
    }

    [Fact]
    public async Task Abort_CallbackOfClosedThrows_LeavesNoUnobservedException()
    {
        string text = $"user code {Guid.NewGuid():N}";
        int unobserved = 0;
        EventHandler<UnobservedTaskExceptionEventArgs> handler = (_, e) => Interlocked.Add(
            ref unobserved, e.Exception.ToString().Contains(text, StringComparison.Ordinal) ? 1 : 0);
        TaskScheduler.UnobservedTaskException += handler;

        try
        {
            for (int i = 0; i < 10; i++)
            {
                await AbortAsync(text);
            }

            for (int i = 0; i < 5; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= handler;
        }

        Assert.Equal(0, unobserved);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static async Task AbortAsync(string text)
        {
            await using var peer = new InMemoryConnection();
            var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            peer.Connection.Closed.Register(() =>
            {
                ran.TrySetResult();
                throw new InvalidOperationException(text);
            });

            peer.Connection.Abort();

            await ran.Task.WaitAsync(InMemoryConnection.Deadline);
            await peer.Ended.WaitAsync(InMemoryConnection.Deadline);
        }
    }

    /// <summary>Its writes fail in one way or another, the first as each other.</summary>
    private sealed class FailingTransport(string how) : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(Stream.Null);

        public PipeWriter Output { get; } = new FailingWriter(how);
    }

    private sealed class FailingWriter(string how) : PipeWriter
    {
        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) => how switch
        {
            "throws" => throw new IOException("Broken pipe."),
            "fails later" => FailAsync(),
            _ => new ValueTask<FlushResult>(new FlushResult(isCanceled: false, isCompleted: true)),
        };

        public override void Advance(int bytes) => throw new NotSupportedException();

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException();

        public override Span<byte> GetSpan(int sizeHint = 0) => throw new NotSupportedException();

        private static async ValueTask<FlushResult> FailAsync()
        {
            await Task.Yield();
            throw new IOException("Broken pipe.");
        }
    }
}
