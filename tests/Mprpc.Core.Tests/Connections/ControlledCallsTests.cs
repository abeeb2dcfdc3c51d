using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Mprpc.Binding;
using Mprpc.Connections;
using Mprpc.Dispatch;
using Mprpc.Tests.Kit;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Connections;

public sealed class ControlledCallsTests
{
    [Fact]
    public async Task Cancel_OfAMsgidThatIsUsedTwice_IsOfOneCallAtATime()
    {
        await using var peer = new ControlledPeer();
        await peer.SendAsync(ControlBytes.Request(5, "wait"), ControlBytes.Request(5, "wait"));
        await peer.UntilRunningAsync(2);

        await peer.SendAsync(ControlBytes.Cancel(5));
        (long id, string? error) = await peer.ReadAsync();
        await peer.Peer.AssertNothingElseAsync();
        int running = peer.Running.Count;
        peer.Peer.Connection.Abort();
        await peer.UntilRunningAsync(0);

        Assert.Equal((5, "cancelled: The call was cancelled."), (id, error));
        Assert.Equal(1, running);
        Assert.Equal(2, peer.Service.Cancellations);
    }

    [Fact]
    public async Task Cancel_BeforeItsRequest_IsNotKept()
    {
        // X22
        await using var peer = new ControlledPeer();

        await peer.SendAsync(ControlBytes.Cancel(5), ControlBytes.Request(5, "sum", "920102"));

        Assert.Equal("940105c003", await peer.Peer.ReadAsync());
    }

    [Fact]
    public void Deadline_MethodEndsWhileTheAnswerIsGiven_ConnectionStaysUntilItIs()
    {
        var clock = new FakeTimeProvider();
        var connection = new EndingConnection(clock);
        var call = new CallControl(connection, method: null!, messageId: 5, turn: null);
        connection.Running.Add(promised: 0);
        call.SetDeadline(clock.GetTimestamp(), TimeSpan.FromMilliseconds(10), isCallers: true);
        call.Enlist();

        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1, connection.RunningWhileAnswered);
        Assert.Equal(0, connection.Running.Count);
    }

    [Theory]
    [InlineData("90")]
    [InlineData("91c0")]
    [InlineData("05")]
    [InlineData("c0")]
    [InlineData("920506")]
    [InlineData("91a135")]
    [InlineData("91cb4014000000000000")]
    [InlineData("91cfffffffffffffffff")]
    [InlineData("8105c0")]
    public async Task Cancel_WithOtherParams_DoesNothing(string parameters)
    {
        // X23
        await using var peer = new ControlledPeer();
        await peer.SendAsync(ControlBytes.Request(5, "wait"));
        await peer.EnteredAsync();

        await peer.SendAsync(ControlBytes.Notification("$/cancel", parameters));
        await peer.Peer.AssertNothingElseAsync();

        Assert.Equal(0, peer.Service.Cancellations);
    }

    [Theory]
    [InlineData("dc000105")]
    [InlineData("dd00000001ce00000005")]
    [InlineData("91d30000000000000005")]
    public async Task Cancel_InLongForms_Cancels(string parameters)
    {
        await using var peer = new ControlledPeer();

        await peer.SendAsync(ControlBytes.Request(5, "wait"), ControlBytes.Notification("$/cancel", parameters));
        (long id, string? error) = await peer.ReadAsync();

        Assert.Equal((5, "cancelled: The call was cancelled."), (id, error));
    }

    [Fact]
    public async Task Cancel_AsARequest_IsUnknown()
    {
        await using var peer = new ControlledPeer();

        await peer.SendAsync(ControlBytes.Request(5, "$/cancel", "9105"));
        (long id, string? error) = await peer.ReadAsync();

        Assert.Equal((5, "Method '$/cancel' not found."), (id, error));
    }

    [Fact]
    public async Task Calls_OfAConnectionThatIsClosedAtTheSameMoment_AreAllCancelled()
    {
        for (int round = 0; round < 200; round++)
        {
            var peer = new ControlledPeer();
            await peer.SendAsync([.. Enumerable.Range(0, 20).Select(id => ControlBytes.Call(id, ControlBytes.Timeout(60_000), "wait"))]);

            if (round % 4 != 0)
            {
                await peer.EnteredAsync();
            }

            await peer.DisposeAsync();
            await peer.UntilRunningAsync(0);

            Assert.Equal(peer.Service.Begun, peer.Service.Cancellations);
        }
    }

    [Fact]
    public async Task Calls_ThatHaveEnded_AreNotKept()
    {
        await using var peer = new ControlledPeer();

        for (int id = 0; id < 10; id++)
        {
            await peer.SendAsync(ControlBytes.Request(id, "wait"), ControlBytes.Cancel(id));
            await peer.ReadAsync();
        }

        await peer.UntilRunningAsync(0);

        Assert.All(Enumerable.Range(0, 10), id => Assert.Null(peer.Peer.Connection.Controlled.Find(id)));
    }

    [Fact]
    public async Task Deadline_WhoseAnswerCannotBeGiven_EndsTheConnectionAndNotTheProcess()
    {
        var service = new ControlledService();
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using var peer = new InMemoryConnection(() => InMemoryConnection.DispatcherOf(service), clock, logger: new Failing());
        await peer.SendAsync(ControlBytes.Call(5, ControlBytes.Timeout(20), "stubborn"));
        await service.Entered.Task.WaitAsync(InMemoryConnection.Deadline);

        await Bounded.Until(
            () =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(10));
                return peer.Ended.IsCompleted;
            },
            "the end of the connection");

        Assert.IsType<InvalidOperationException>(await peer.Ended);
    }

    [Theory]
    [InlineData(MprpcResponseOrder.InOrder)]
    [InlineData(MprpcResponseOrder.LastInFirstOut)]
    public async Task Calls_CancelledOrLate_WhereAnswersHaveAnOrder_HaveTheirTurn(MprpcResponseOrder order)
    {
        await using var peer = new Ordered(order, maxRunningCalls: 10);

        await peer.SendAsync(ControlBytes.Request(1, "wait") + ControlBytes.Call(2, ControlBytes.Timeout(50), "stubborn") + ControlBytes.Request(3, "wait"));
        await Bounded.Until(() => peer.Service.Begun == 3, "three calls that run");
        await peer.SendAsync(ControlBytes.Cancel(1) + ControlBytes.Cancel(3));
        await Bounded.Until(() => peer.Service.Cancellations == 2, "two cancellations");
        List<long> ids = [await peer.ReadAsync(), await peer.ReadAsync(), await peer.ReadAsync()];
        peer.Service.Released.SetResult();
        await peer.SendAsync(ControlBytes.Request(4, "sum", "920102"));
        ids.Add(await peer.ReadAsync());

        long[] expected = order == MprpcResponseOrder.InOrder ? [1, 2, 3, 4] : [3, 2, 1, 4];
        Assert.Equal(expected, ids);
    }

    [Fact]
    public async Task Requests_OfTheProtocolsOwn_WhereAnswersComeInOrder_DoNotOvertakeOthers()
    {
        await using var peer = new Ordered(MprpcResponseOrder.InOrder, maxRunningCalls: 1);

        await peer.SendAsync(ControlBytes.Request(1, "wait") + ControlBytes.Request(2, "sum", "920102") + ControlBytes.Request(3, "$/ping")
            + ControlBytes.Hello(4));
        await Bounded.Until(() => peer.Service.Begun == 1, "a call that runs");
        await peer.SendAsync(ControlBytes.Cancel(1));
        long[] ids = [await peer.ReadAsync(), await peer.ReadAsync(), await peer.ReadAsync(), await peer.ReadAsync()];

        Assert.Equal([1, 2, 3, 4], ids);
    }

    [Fact]
    public async Task Notification_ThatIsRefusedForRoom_WhereAnswersHaveAnOrder_HoldsNoAnswerBack()
    {
        await using var peer = new Ordered(MprpcResponseOrder.LastInFirstOut, maxRunningCalls: 1);
        string large = $"91c6002fffff{string.Concat(Enumerable.Repeat("00", 0x2fffff))}";
        Task<int> own = peer.CallAsync();       // while it waits for its answer, what finds no room is refused
        await peer.SendAsync(ControlBytes.Request(1, "wait"));
        Assert.Equal("940000a46177617990", await peer.ReadMessageAsync());
        await Bounded.Until(() => peer.Service.Begun == 1, "a call that runs");

        await peer.SendAsync(ControlBytes.Notification("large", large) + ControlBytes.Notification("large", large) + ControlBytes.Cancel(1));
        long cancelled = await peer.ReadAsync();
        await peer.SendAsync(ControlBytes.Request(2, "sum", "920102"));
        long next = await peer.ReadAsync();

        Assert.Equal((1, 2), (cancelled, next));
        Assert.False(own.IsCompleted);
    }

    /// <summary>A connection whose answers have an order.</summary>
    private sealed class Ordered : IAsyncDisposable
    {
        private readonly Pipe _in = new(new PipeOptions(pauseWriterThreshold: 0));
        private readonly Pipe _out = new();
        private readonly RpcConnection _connection;
        private readonly Microsoft.Extensions.Time.Testing.FakeTimeProvider _clock = new();
        private readonly Task<Exception?> _ended;
        private byte[] _unread = [];

        public Ordered(MprpcResponseOrder order, int maxRunningCalls)
        {
            _connection = new RpcConnection(new RpcConnectionSettings
            {
                Id = "test",
                Transport = new Transport(_in.Reader, _out.Writer),
                AbortTransport = () => _in.Writer.Complete(new IOException("Aborted.")),
                Limits = new ConnectionLimits(4 * 1024 * 1024, 64, maxRunningCalls, "Options"),
                Logger = Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance,
                Handler = new Dispatcher(
                    new MethodTable(ServiceModel.Build(new InstanceTarget<ControlledService>(Service), MprpcNamingPolicy.SnakeCase, null)),
                    MprpcSerializerOptions.Default,
                    MprpcErrorShape.Message,
                    enableDetailedErrors: true),
                Clock = _clock,
                ResponseOrder = order,
            });
            _ended = _connection.RunAsync();
        }

        public ControlledService Service { get; } = new();

        /// <summary>Calls the peer, which does not answer.</summary>
        public Task<int> CallAsync() => _connection.CallAsync<int>("away").AsTask();

        public async Task SendAsync(string hex) => await _in.Writer.WriteAsync(Hex.Bytes(hex));

        /// <summary>The msgid of the next answer, while time passes.</summary>
        public async Task<long> ReadAsync() => ControlBytes.Read(await ReadMessageAsync()).Id;

        /// <summary>The next message, while time passes.</summary>
        public async Task<string> ReadMessageAsync()
        {
            while (true)
            {
                if (new FrameScanner(int.MaxValue, 100).Scan(_unread, out int length) == FrameStatus.Complete)
                {
                    string message = Hex.Of(_unread.AsSpan(0, length));
                    _unread = _unread[length..];
                    return message;
                }

                Task<ReadResult> read = _out.Reader.ReadAsync().AsTask();
                await Bounded.Until(
                    () =>
                    {
                        _clock.Advance(TimeSpan.FromMilliseconds(10));
                        return read.IsCompleted;
                    },
                    "an answer");
                ReadResult result = await read;
                _unread = [.. _unread, .. System.Buffers.BuffersExtensions.ToArray(result.Buffer)];
                _out.Reader.AdvanceTo(result.Buffer.End);
            }
        }

        public async ValueTask DisposeAsync()
        {
            Service.Released.TrySetResult();
            _connection.Abort();
            await _ended.WaitAsync(InMemoryConnection.Deadline);
        }

        private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
    }

    /// <summary>Fails when it is told of a refused call.</summary>
    private sealed class Failing : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name == "CallRefused")
            {
                throw new InvalidOperationException("The log is full.");
            }
        }
    }

    /// <summary>Whose call's method ends, and gives its place back, at the moment in which the deadline answers it.</summary>
    private sealed class EndingConnection : ICallConnection
    {
        private readonly ControlledCalls _calls;

        public EndingConnection(TimeProvider clock)
        {
            Clock = clock;
            _calls = new ControlledCalls(clock, Running, CancellationToken.None);
        }

        public TimeProvider Clock { get; }

        public RunningCalls Running { get; } = new(10, total: null, new InFlightRequests(TimeProvider.System));

        public int RunningWhileAnswered { get; private set; }

        public void Enlist(CallControl call) => _calls.Add(call);

        public void Delist(CallControl call) => _calls.Remove(call);

        public void AnswerTimeout(CallControl call)
        {
            call.End();
            Running.Remove(promised: 0);
            RunningWhileAnswered = Running.Count;
        }

        public void Abort(Exception reason) => throw reason;

        public void OnStrayFailure(Exception exception) => throw exception;
    }
}
