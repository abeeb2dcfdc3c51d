using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Mprpc.Tool.Output;
using Mprpc.Transports;

namespace Mprpc.Tool.Frames;

/// <summary>Connects to where a proxy leads, and takes the bytes as they are.</summary>
internal sealed class ByteDialer(string url, SslClientAuthenticationOptions? tls)
{
    private readonly RpcAddress _address = Checked(url);

    /// <exception cref="ToolException">There is no connection.</exception>
    public async Task<ByteConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        Socket socket = _address.Path is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        try
        {
            await (_address.Path is null
                ? socket.ConnectAsync(_address.Host!, _address.Port, cancellationToken)
                : socket.ConnectAsync(new UnixDomainSocketEndPoint(_address.Path), cancellationToken));
            return new ByteConnection(socket, _address.IsTls ? await EncryptAsync(socket, cancellationToken) : null);
        }
        catch (Exception exception)
        {
            socket.Dispose();
            throw exception is SocketException or IOException or AuthenticationException
                ? new ToolException($"Cannot connect to {url}: {exception.Message}", ExitCode.CannotConnect, exception)
                : exception;
        }
    }

    private async Task<SslStream> EncryptAsync(Socket socket, CancellationToken cancellationToken)
    {
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        SslClientAuthenticationOptions options = tls ?? new SslClientAuthenticationOptions();
        options.TargetHost ??= _address.Host;
        await stream.AuthenticateAsClientAsync(options, cancellationToken);
        return stream;
    }

    private static RpcAddress Checked(string url)
        => RpcAddress.Parse(url) is { WebSocket: null, PipeName: null } address
            ? address
            : throw new ToolException($"A proxy cannot lead to {url}: allowed are tcp://host:port, tls://host:port and unix:///path.");
}
