using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Mprpc.AspNetCore.Endpoints;
using Mprpc.Transports.Sockets;

namespace Mprpc.AspNetCore.Transport;

/// <summary>
/// A connection as Kestrel sees it, over a socket that is read and written directly. It has the features that connections of Kestrel's own sockets have.
/// </summary>
internal sealed class DirectConnection : ConnectionContext, IConnectionSocketFeature, IConnectionIdFeature,
    IConnectionTransportFeature, IConnectionItemsFeature, IConnectionLifetimeFeature,
    IConnectionEndPointFeature
{
    private const int MaxDropped = 1024 * 1024;

    // Ids of several processes may come together in one log.
    private static readonly int s_process = RandomNumberGenerator.GetInt32(int.MaxValue);
    private static long s_last;

    private readonly SocketTransport _transport;
    private readonly CancellationTokenSource _closed = new();
    private string? _id;
    private int _isAborted;

    public DirectConnection(Socket socket)
    {
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionClosed = _closed.Token;
        _transport = new SocketTransport(socket, OnFailed);
        Transport = _transport;
        Features.Set<IConnectionSocketFeature>(this);
        Features.Set<IConnectionIdFeature>(this);
        Features.Set<IConnectionTransportFeature>(this);
        Features.Set<IConnectionItemsFeature>(this);
        Features.Set<IConnectionLifetimeFeature>(this);
        Features.Set<IConnectionEndPointFeature>(this);
    }

    public Socket Socket => _transport.Socket;

    public override IDuplexPipe Transport { get; set; }

    /// <summary>Made when asked for.</summary>
    public override string ConnectionId
    {
        get => _id ??= string.Create(CultureInfo.InvariantCulture, $"{s_process:X8}-{Interlocked.Increment(ref s_last):X4}");
        set => _id = value;
    }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    public override void Abort(ConnectionAbortedException abortReason)
    {
        if (Interlocked.Exchange(ref _isAborted, 1) == 0)
        {
            _transport.Close();
            _ = _closed.CancelAsync();      // on another thread: what runs on cancellation is not ours
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (Volatile.Read(ref _isAborted) == 0)
        {
            // Before the FIN too, which tells the peer how much room there is now: once reading is shut down nothing else does, and a peer that waits for room
            // to send on would learn a minute or more later that the connection has ended.
            DropRest();
            SocketEnd.TryShutdown(Socket, SocketShutdown.Send);
            DropRest();
        }

        _transport.Close();
        await _closed.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closed.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private void OnFailed()
    {
        try
        {
            _ = _closed.CancelAsync();      // on another thread: this one is the poller's
        }
        catch (ObjectDisposedException)
        {
            // The connection has ended meanwhile.
        }
    }

    /// <summary>
    /// Reads what nobody wants any more: a socket that is closed with something unread resets the connection, and the peer may lose the last answers.
    /// </summary>
    private void DropRest()
    {
        byte[]? dropped = null;
        int count = 0;

        try
        {
            while (count < MaxDropped && Socket.Available > 0)
            {
                int received = Socket.Receive(dropped ??= new byte[4096], SocketFlags.None, out _);

                if (received == 0)
                {
                    return;
                }

                count += received;
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The peer, or the socket, is gone.
        }
    }
}
