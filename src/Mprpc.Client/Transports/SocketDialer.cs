using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Mprpc.Addresses;

namespace Mprpc.Client.Transports;

/// <summary>Connects to an address.</summary>
internal sealed class SocketDialer(RpcAddress address, MprpcClientOptions options) : Dialer
{
    private const int KeepAliveRetrySeconds = 5;
    private const int KeepAliveRetries = 3;
    private const int LongestKeepAliveSeconds = 32_767;     // Linux takes no more

    public override string ToString() => address.ToString();

    public override async Task<ClientTransport> ConnectAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout ?? Timeout.InfiniteTimeSpan, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        EndPoint endPoint = address.ToRemoteEndPoint();
        Socket socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);

        try
        {
            if (endPoint is not UnixDomainSocketEndPoint)
            {
                Configure(socket);
            }

            await socket.ConnectAsync(endPoint, either.Token).ConfigureAwait(false);
            ClientTransport transport = address.IsTls
                ? await AuthenticateAsync(socket, either.Token).ConfigureAwait(false)
                : new ClientTransport(new SocketPipeReader(socket), new SocketPipeWriter(socket), () => Close(socket));
            return transport with { LocalEndPoint = socket.LocalEndPoint, RemoteEndPoint = socket.RemoteEndPoint };
        }
        catch (Exception exception)
        {
            socket.Dispose();

            if (exception is OperationCanceledException && timeout.IsCancellationRequested)
            {
                throw new MprpcConnectionException(
                    $"Cannot connect to {address} within {options.ConnectTimeout!.Value.TotalMilliseconds:N0} ms. Is it reachable? Raise MprpcClientOptions.ConnectTimeout if it is only slow.",
                    requestWasSent: false,
                    exception);
            }

            if (exception is SocketException)
            {
                throw new MprpcConnectionException($"Cannot connect to {address}: {exception.Message}. Is a MessagePack-RPC server listening there?", requestWasSent: false, exception);
            }

            if (exception is AuthenticationException or IOException)
            {
                throw new MprpcConnectionException(
                    $"Cannot connect to {address}: {exception.Message} Is it a TLS listener, and is its certificate trusted and issued for that name? MprpcClientOptions.Tls sets how it is verified.",
                    requestWasSent: false,
                    exception);
            }

            throw;
        }
    }

    /// <summary>Verifies the server by its certificate, for the name that the address has unless the options say another.</summary>
    private async Task<ClientTransport> AuthenticateAsync(Socket socket, CancellationToken cancellationToken)
    {
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(TlsSettings.For(options.Tls, address.Host!), cancellationToken).ConfigureAwait(false);
        return new ClientTransport(PipeReader.Create(stream), PipeWriter.Create(stream), stream.Dispose);
    }

    /// <summary>Ends both directions, then closes: a socket that is disposed while it receives is reset, and what is on its way is lost.</summary>
    private static void Close(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Not connected any more.
        }

        socket.Dispose();
    }

    private void Configure(Socket socket)
    {
        socket.NoDelay = true;      // messages are sent whole: waiting for more only delays them

        if (options.KeepAlive is { } silence)
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)Math.Clamp(silence.TotalSeconds, 1, LongestKeepAliveSeconds));
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveRetrySeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveRetries);
        }
    }
}
