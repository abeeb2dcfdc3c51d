using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Mprpc.Binding;
using Mprpc.Connections;
using Mprpc.Dispatch;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Connections;

/// <summary>A connection over two pipes: the test is the peer. It pumps what the connection sends, so that each message can be awaited.</summary>
internal sealed class InMemoryConnection : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly Pipe _toConnection;
    private readonly Pipe _fromConnection = new();
    private readonly List<byte> _unread = [];

    public InMemoryConnection(
        Func<Dispatcher>? dispatcher = null, TimeProvider? clock = null, int maxRunningCalls = 100, PipeWriter? output = null, bool inline = false,
        RunningCallsTotal? total = null, ILogger? logger = null,
        ConnectionLimits? limits = null, Func<bool>? isReset = null)
    {
        PipeScheduler scheduler = inline ? PipeScheduler.Inline : PipeScheduler.ThreadPool;
        _toConnection = new Pipe(
            new PipeOptions(readerScheduler: scheduler, writerScheduler: scheduler, useSynchronizationContext: false, pauseWriterThreshold: 0));

        Connection = new RpcConnection(new RpcConnectionSettings
        {
            Id = "test",
            Transport = new Transport(_toConnection.Reader, output ?? _fromConnection.Writer),
            AbortTransport = () => _toConnection.Writer.Complete(new IOException("Aborted.")),
            Limits = limits ?? new ConnectionLimits(4 * 1024 * 1024, 64, maxRunningCalls, "Options"),
            IsTransportReset = isReset,
            RunningCallsTotal = total,
            Logger = logger ?? NullLogger.Instance,
            Handler = dispatcher?.Invoke() ?? Dispatcher.None,
            Clock = clock ?? TimeProvider.System,
        });

        Ended = Connection.RunAsync();
    }

    public RpcConnection Connection { get; }

    /// <summary>Completes with the reason when the connection has ended.</summary>
    public Task<Exception?> Ended { get; }

    public static InMemoryConnection Serving<TService>(TService service, int maxRunningCalls = 100, PipeWriter? output = null, RunningCallsTotal? total = null)
        where TService : class
        => new(
            () => DispatcherOf(service),
            maxRunningCalls: maxRunningCalls,
            output: output,
            total: total);

    public static Dispatcher DispatcherOf<TService>(TService service)
        where TService : class
        => new(
            new MethodTable(ServiceModel.Build(new InstanceTarget<TService>(service), MprpcNamingPolicy.SnakeCase, null)),
            MprpcSerializerOptions.Default,
            MprpcErrorShape.Message,
            enableDetailedErrors: true);

    public async Task SendAsync(string hex) => await SendAsync(Hex.Bytes(hex)).ConfigureAwait(false);

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _toConnection.Writer.WriteAsync(bytes).ConfigureAwait(false);

    public void Finish() => _toConnection.Writer.Complete();

    /// <summary>The next whole message that the connection sent, in hexadecimal.</summary>
    public async Task<string> ReadAsync() => await TryReadAsync().ConfigureAwait(false) ?? throw new EndOfStreamException("The connection has ended its side.");

    /// <summary>The next message, or null where the connection has ended its side.</summary>
    public async Task<string?> TryReadAsync()
    {
        while (true)
        {
            var scanner = new FrameScanner(64 * 1024 * 1024, 100);

            if (scanner.Scan(_unread.ToArray(), out int length) == FrameStatus.Complete)
            {
                string message = Hex.Of(_unread.Take(length).ToArray());
                _unread.RemoveRange(0, length);
                return message;
            }

            ReadResult read = await _fromConnection.Reader.ReadAsync().AsTask().WaitAsync(Deadline).ConfigureAwait(false);

            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                _unread.AddRange(segment.Span);
            }

            bool isEnd = read.IsCompleted && read.Buffer.IsEmpty;
            _fromConnection.Reader.AdvanceTo(read.Buffer.End);

            if (isEnd)
            {
                Assert.Empty(_unread);
                return null;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Connection.Abort();
        await Ended.WaitAsync(Deadline).ConfigureAwait(false);
    }

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
