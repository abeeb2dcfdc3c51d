using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Mprpc.Transports.Custom;

namespace Mprpc.AspNetCore.Connections;

/// <summary>A transport of the application's, as Kestrel hands a connection to its handler.</summary>
internal sealed class TransportConnection : ConnectionContext
{
    private static long s_lastId;

    private readonly GuardedTransport _transport;
    private readonly CancellationTokenSource _closed;

    /// <exception cref="InvalidOperationException">The transport carries another connection, or did.</exception>
    public TransportConnection(MprpcTransport transport, ILogger logger)
    {
        ConnectionId = string.Create(CultureInfo.InvariantCulture, $"transport-{Interlocked.Increment(ref s_lastId)}");
        _transport = new GuardedTransport(transport, $"connection {ConnectionId}", logger);
        _closed = CancellationTokenSource.CreateLinkedTokenSource(transport.Closed);
        Transport = _transport;
        LocalEndPoint = transport.LocalEndPoint;
        RemoteEndPoint = transport.RemoteEndPoint;
        ConnectionClosed = _closed.Token;

        // Its own over the transport's: what is set here does not reach that.
        Features = new FeatureCollection(transport.Features);

        if (transport.IsEncrypted)
        {
            Features.Set(KnownProtected.Instance);
        }
    }

    public override string ConnectionId { get; set; }

    public override IDuplexPipe Transport { get; set; }

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    public override IFeatureCollection Features { get; }

    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _transport.Abort();

        try
        {
            _ = _closed.CancelAsync();      // on another thread: what runs on cancellation is not ours
        }
        catch (ObjectDisposedException)
        {
            // The connection has ended meanwhile.
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync().ConfigureAwait(false);
        _closed.Dispose();      // else the transport's token, which may be that of many, would keep it
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
