using Mprpc.Client.Pooling;
using Mprpc.Client.Transports;
using Mprpc.Connections;
using Mprpc.Diagnostics;
using Mprpc.Dispatch;

namespace Mprpc.Client.Connections;

/// <summary>What all places of a pool share.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Dialer">Makes the connections.</param>
/// <param name="Options">Frozen.</param>
/// <param name="Dispatcher">Serves the server's calls.</param>
/// <param name="Login">Logs each connection in, or null.</param>
/// <param name="OnStateChanged">Runs user code: to be called outside all locks.</param>
/// <param name="Disposed">Cancelled when the client is disposed.</param>
internal sealed record ClientConnectionParts(
    ConnectionPool Pool, Dialer Dialer, MprpcClientOptions Options, Dispatcher Dispatcher, ClientLogin? Login, Action OnStateChanged, CancellationToken Disposed)
{
    public ConnectionLimits Limits { get; } = Options.ToConnectionLimits() with
    {
        // A server may keep a client waiting: that is its back-pressure, and how long to wait each call says itself.
        PartialMessageTimeout = TimeSpan.MaxValue,
        WriteTimeout = TimeSpan.MaxValue,
        HalfCloseTimeout = Dispatcher.Methods.Methods.Count > 0 ? ConnectionLimits.DefaultHalfCloseTimeout : TimeSpan.MaxValue,
    };

    public MprpcSerializerOptions Serializer { get; } = Options.OldSpec ? Options.Serializer.WithOldSpec() : Options.Serializer;

    public HarmlessLogger Logger { get; } = new(Options.LoggerFactory.CreateLogger("Mprpc.Client"));

    public Backoff Backoff => Pool.Backoff;

    public TimeProvider Clock => Options.TimeProvider;
}
