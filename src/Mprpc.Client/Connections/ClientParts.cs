using Microsoft.Extensions.Logging;
using Mprpc.Client.Diagnostics;
using Mprpc.Client.Sending;
using Mprpc.Client.Transports;
using Mprpc.Connections;
using Mprpc.Diagnostics;
using Mprpc.Dispatch;
using Mprpc.Streams;

namespace Mprpc.Client.Connections;

/// <summary>What the parts of a client share: its pool, the subchannels of that, and what sends its calls.</summary>
internal sealed class ClientParts
{
    /// <param name="dialer">Makes the connections.</param>
    /// <param name="options">Frozen.</param>
    /// <param name="onStateChanged">Runs user code: to be called outside all locks.</param>
    /// <param name="disposed">Cancelled when the client is disposed.</param>
    public ClientParts(Dialer dialer, MprpcClientOptions options, Action onStateChanged, CancellationToken disposed)
    {
        Dialer = dialer;
        Address = dialer.ToString();
        Options = options;
        OnStateChanged = onStateChanged;
        Disposed = disposed;
        CallTimeout = options.CallTimeout ?? Timeout.InfiniteTimeSpan;
        Serializer = options.OldSpec ? options.Serializer.WithOldSpec() : options.Serializer;
        Logger = new HarmlessLogger(options.LoggerFactory.CreateLogger("Mprpc.Client"));
        Login = options.TokenProvider is null ? null : new ClientLogin(options, Address);
        Telemetry = new ClientTelemetry(options, Address);
        Dispatcher = options.CreateDispatcher(Serializer, Telemetry.Served);
        Negotiation = new Negotiation(this);
        Filters = options.PropagatesCallContext ? [new CallContextPropagation(CallTimeout), .. options.Filters] : options.Filters;

        // What has come is bounded on each connection: it may be more than was granted, by the item that a stream may always have.
        StreamBudget = new StreamBudget(options.MaxStreamBytesTotal, maxHeld: long.MaxValue);
        Limits = options.ToConnectionLimits() with
        {
            // A server may keep a client waiting: that is its back-pressure, and how long to wait each call says itself.
            PartialMessageTimeout = TimeSpan.MaxValue,
            WriteTimeout = TimeSpan.MaxValue,
            HeartbeatInterval = options.HeartbeatInterval ?? Timeout.InfiniteTimeSpan,
            HeartbeatTimeout = options.HeartbeatTimeout,
        };
    }

    public Dialer Dialer { get; }

    /// <summary>The server's address, for errors and logs.</summary>
    public string Address { get; }

    public MprpcClientOptions Options { get; }

    public Action OnStateChanged { get; }

    /// <summary>Called with each connection that takes calls; runs no user code.</summary>
    public Action<RpcConnection>? OnConnected { get; set; }

    /// <summary>Whether another connection is made after a loss though nobody calls.</summary>
    public bool KeepsConnected => Options.Reconnect.KeepConnected ?? Dispatcher.HasMethods;

    public CancellationToken Disposed { get; }

    /// <summary>How long a call may take that does not say itself.</summary>
    public TimeSpan CallTimeout { get; }

    public MprpcSerializerOptions Serializer { get; }

    public HarmlessLogger Logger { get; }

    /// <summary>Where the client's calls are measured.</summary>
    public ClientTelemetry Telemetry { get; }

    /// <summary>Logs each connection in; null if the client does not log in.</summary>
    public ClientLogin? Login { get; }

    /// <summary>Asks the server whether it knows the extensions of the protocol.</summary>
    public Negotiation Negotiation { get; }

    /// <summary>Serves the server's calls.</summary>
    public Dispatcher Dispatcher { get; }

    public ConnectionLimits Limits { get; }

    /// <summary>Bounds the streams of all connections.</summary>
    public StreamBudget StreamBudget { get; }

    /// <summary>What stands around each call, outermost first; empty: nothing.</summary>
    public IReadOnlyList<IMprpcClientFilter> Filters { get; }

    public TimeProvider Clock => Options.TimeProvider;

    /// <summary>What is thrown when the client is used after its end. Not by its type, which knows all its parts.</summary>
    public static ObjectDisposedException DisposedException() => new("Mprpc.Client.MprpcClient");

    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public void ThrowIfDisposed()
    {
        if (Disposed.IsCancellationRequested)
        {
            throw DisposedException();
        }
    }
}
