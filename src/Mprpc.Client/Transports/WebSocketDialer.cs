using System.Net.WebSockets;
using Mprpc.Transports;
using Mprpc.Transports.WebSockets;

namespace Mprpc.Client.Transports;

/// <summary>Opens a WebSocket.</summary>
internal sealed class WebSocketDialer(RpcAddress address, MprpcClientOptions options) : TimedDialer(address.ToString(), options)
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PongTimeout = TimeSpan.FromSeconds(15);    // as long as TCP is given

    protected override async Task<ClientTransport> DialAsync(CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        HttpMessageInvoker? http = null;

        try
        {
            socket.Options.KeepAliveInterval = Options.KeepAlive ?? Timeout.InfiniteTimeSpan;
            socket.Options.KeepAliveTimeout = PongTimeout;
            Options.ConfigureWebSocket?.Invoke(socket.Options);
            http = WebSocketHandshake.CreateInvoker(socket.Options, Options.Tls, address.Host!);
            await socket.ConnectAsync(address.WebSocket!, http, cancellationToken).ConfigureAwait(false);
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
            IsProtected = address.IsTls || address.WebSocket!.IsLoopback,
        };
    }

    protected override string? Describe(Exception exception, string? late)
        => exception is OperationCanceledException or WebSocketException or HttpRequestException
            ? $": {(late is null ? exception.GetBaseException().Message : $"it is not open {late}.")} "
                + "Does a MessagePack-RPC server have its WebSocket there, and is this client let in?"
            : null;     // of the user's code

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
