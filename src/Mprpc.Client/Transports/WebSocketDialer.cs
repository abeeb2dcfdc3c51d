using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Mprpc.Transports;
using Mprpc.Transports.WebSockets;

namespace Mprpc.Client.Transports;

/// <summary>Opens a WebSocket.</summary>
internal sealed class WebSocketDialer(ServerAddress server, MprpcClientOptions options) : TimedDialer(server.ToString(), options)
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PongTimeout = TimeSpan.FromSeconds(15);    // as long as TCP is given

    private volatile bool _offersProtocols = true;      // until the server has refused them

    protected override async Task<ClientTransport> DialAsync(CancellationToken cancellationToken)
    {
        if (_offersProtocols && await TryOpenAsync(offersProtocols: true, cancellationToken).ConfigureAwait(false) is { } first)
        {
            return first;
        }

        ClientTransport transport = (await TryOpenAsync(offersProtocols: false, cancellationToken).ConfigureAwait(false))!;
        _offersProtocols = false;
        return transport;
    }

    protected override string? Describe(Exception exception, string? late)
        => exception is OperationCanceledException or WebSocketException or HttpRequestException
            ? $": {(late is null ? exception.GetBaseException().Message : $"it is not open {late}.")} "
                + "Does a MessagePack-RPC server have its WebSocket there, and is this client let in?"
            : null;     // of the user's code

    /// <returns>Null: the server may have refused what was offered.</returns>
    private async Task<ClientTransport?> TryOpenAsync(bool offersProtocols, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        HttpMessageInvoker? http = null;

        try
        {
            socket.Options.KeepAliveInterval = Options.KeepAlive ?? Timeout.InfiniteTimeSpan;
            socket.Options.KeepAliveTimeout = PongTimeout;
            Options.ConfigureWebSocket?.Invoke(socket.Options);
            socket.Options.CollectHttpResponseDetails = true;

            if (offersProtocols)
            {
                OfferProtocols(socket.Options);
            }

            http = WebSocketHandshake.CreateInvoker(socket.Options, Options.Tls, server.Address.Host!, ConnectAsync);
            await socket.ConnectAsync(server.Address.WebSocket!, http, cancellationToken).ConfigureAwait(false);
        }
        catch (WebSocketException exception) when (offersProtocols && IsOfProtocols(exception, socket))
        {
            socket.Dispose();
            http?.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            http?.Dispose();
            throw;
        }

        var transport = new WebSocketTransport(socket);
        transport.Start();
        return new ClientTransport(transport.Input, transport.Output, Abort(transport, socket, http))
        {
            Reset = socket.Abort,
            Extensions = socket.SubProtocol == ProtocolName.Extended ? ExtensionSupport.Claimed : ExtensionSupport.Unknown,
            IsProtected = server.Address.IsTls || server.Address.WebSocket!.IsLoopback,
        };
    }

    /// <summary>Connects as SocketsHttpHandler would, but to any of the addresses that a name has, or to the one that this server has.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        // A proxy has a name of its own.
        bool isServer = server.Pinned is not null && context.DnsEndPoint.Host == server.Address.Host && context.DnsEndPoint.Port == server.Address.Port;
        EndPoint endPoint = isServer ? server.ToEndPoint() : context.DnsEndPoint;
        Socket socket = await NameLookUp.ConnectSocketToAnyAsync(endPoint, Options.LookUp, static plain => plain.NoDelay = true, cancellationToken)
            .ConfigureAwait(false);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private void OfferProtocols(ClientWebSocketOptions socket)
    {
        foreach (string name in ProtocolName.Known(Options.Extensions != MprpcExtensions.Never))
        {
            try
            {
                socket.AddSubProtocol(name);
            }
            catch (ArgumentException)
            {
                // The application has added it itself; nothing tells which it has added.
            }
        }
    }

    /// <summary>Whether a server that would let the client in may have refused the protocols, or answered with something that is none of them.</summary>
    private static bool IsOfProtocols(WebSocketException exception, ClientWebSocket socket)
        => exception.WebSocketErrorCode == WebSocketError.UnsupportedProtocol || socket.HttpStatusCode == HttpStatusCode.BadRequest;

    private Action Abort(WebSocketTransport transport, ClientWebSocket socket, HttpMessageInvoker http)
    {
        int isEnding = 0;

        return () =>
        {
            if (Interlocked.Exchange(ref isEnding, 1) == 0)
            {
                transport.Input.CancelPendingRead();
                _ = EndAsync();     // bounded, and cannot throw
            }
        };

        async Task EndAsync()
        {
            await transport.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CloseTimeout, Options.TimeProvider).ConfigureAwait(false);
            socket.Dispose();
            http.Dispose();
        }
    }
}
