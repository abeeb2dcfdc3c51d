using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Mprpc.Diagnostics;
using Mprpc.Transports;
using Mprpc.Transports.Custom;

namespace Mprpc.Client.Transports;

/// <summary>The bytes of a connection in both directions.</summary>
/// <param name="Input">What the peer sends.</param>
/// <param name="Output">What is sent to it.</param>
/// <param name="Abort">Closes both at once: pending reads and writes fail. May be called more than once.</param>
internal sealed record ClientTransport(PipeReader Input, PipeWriter Output, Action Abort) : IDuplexPipe
{
    /// <summary>
    /// Closes both so that the peer sees that nobody waits for its answers any more, if the transport can tell; what is on its way may be lost. May be called
    /// more than once.
    /// </summary>
    public Action Reset { get; init; } = Abort;

    /// <summary>Whether all that was sent has arrived at the peer's system, as far as the transport knows.</summary>
    public Func<bool> HasArrived { get; init; } = static () => true;

    /// <summary>Whether nobody on the way can read what is sent: it is encrypted, or does not leave the machine. If nothing is known, it is not.</summary>
    public bool IsProtected
    {
        get => field
            || RemoteEndPoint is UnixDomainSocketEndPoint
            || MappedAddress.IsLoopback(RemoteEndPoint);
        init;
    }

    /// <summary>Which server of a list it is to; null if there is no list.</summary>
    public ListedServer? Server { get; init; }

    /// <summary>What the server has said of the protocol's extensions while the transport was made.</summary>
    public ExtensionSupport Extensions { get; init; }

    public EndPoint? LocalEndPoint { get; init; }

    public EndPoint? RemoteEndPoint { get; init; }

    public IFeatureCollection? Features { get; init; }

    /// <summary>Cancelled when nothing more can be read, where the transport tells.</summary>
    public CancellationToken Closed { get; init; }

    /// <summary>Lets go of what carries the bytes, when nothing is read or written any more. May be called more than once.</summary>
    public Func<ValueTask> Release { get; init; } = static () => ValueTask.CompletedTask;

    /// <summary>A transport of the application's own.</summary>
    /// <param name="transport">The transport, which no other connection uses.</param>
    /// <param name="peer">What it leads to, for the log.</param>
    /// <param name="loggers">Where the client logs.</param>
    /// <exception cref="InvalidOperationException">Another connection uses it, or did.</exception>
    public static ClientTransport Of(MprpcTransport transport, string peer, ILoggerFactory loggers)
    {
        var guarded = new GuardedTransport(transport, $"a connection to {peer}", new HarmlessLogger(loggers.CreateLogger("Mprpc.Client")));
        return new ClientTransport(guarded.Input, guarded.Output, guarded.Close)
        {
            Reset = guarded.Abort,
            Release = guarded.DisposeAsync,
            LocalEndPoint = transport.LocalEndPoint,
            RemoteEndPoint = transport.RemoteEndPoint,
            Features = new FeatureCollection(transport.Features),
            Closed = transport.Closed,
            IsProtected = transport.IsEncrypted,
        };
    }
}
