using System.Net.WebSockets;
using Mprpc.Transports;
using Mprpc.Transports.WebSockets;

namespace Mprpc.Client.Transports;

/// <summary>Opens a WebSocket.</summary>
internal sealed class WebSocketDialer(RpcAddress address, MprpcClientOptions options) : Dialer
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PongTimeout = TimeSpan.FromSeconds(15);    // as long as TCP is given

    public override string ToString() => address.ToString();

    public override async Task<ClientTransport> ConnectAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout ?? Timeout.InfiniteTimeSpan, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var socket = new ClientWebSocket();
        HttpMessageInvoker? http = null;

        try
        {
            socket.Options.KeepAliveInterval = options.KeepAlive ?? Timeout.InfiniteTimeSpan;
            socket.Options.KeepAliveTimeout = PongTimeout;
            options.ConfigureWebSocket?.Invoke(socket.Options);
            http = WebSocketHandshake.CreateInvoker(socket.Options, options.Tls, address.Host!);
            await socket.ConnectAsync(address.WebSocket!, http, either.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            socket.Dispose();
            http?.Dispose();

            if (exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            if (exception is not (OperationCanceledException or WebSocketException or HttpRequestException))
            {
                throw;      // of the user's code
            }

            throw new MprpcConnectionException(
                $"Cannot connect to {address}: {(timeout.IsCancellationRequested ? $"it is not open within {options.ConnectTimeout!.Value.TotalMilliseconds:N0} ms." : exception.GetBaseException().Message)} "
                + "Does a MessagePack-RPC server have its WebSocket there, and is this client let in?",
                requestWasSent: false,
                exception);
        }

        var transport = new WebSocketTransport(socket);
        transport.Start();
        return new ClientTransport(transport.Input, transport.Output, Abort(transport, socket, http)) { Reset = socket.Abort };
    }

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
            await transport.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CloseTimeout, options.TimeProvider).ConfigureAwait(false);
            socket.Dispose();
            http.Dispose();
        }
    }
}
