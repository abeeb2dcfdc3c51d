using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Mprpc.Transports;
using Mprpc.Transports.Sockets;

namespace Mprpc.Client.Transports;

/// <summary>Connects to an address.</summary>
internal sealed class SocketDialer(ServerAddress server, MprpcClientOptions options) : TimedDialer(server.ToString(), options)
{
    private const int KeepAliveRetrySeconds = 5;
    private const int KeepAliveRetries = 3;
    private const int LongestKeepAliveSeconds = 32_767;     // Linux takes no more

    private static readonly SslApplicationProtocol s_extended = new(ProtocolName.Extended);

    // Until the server has refused them, or from the start where the application says what is offered.
    private volatile bool _offersProtocols = options.Tls?.ApplicationProtocols is null;

    protected override async Task<ClientTransport> DialAsync(CancellationToken cancellationToken)
    {
        EndPoint endPoint = server.ToEndPoint();

        if (server.Address.IsTls)
        {
            return await ConnectTlsAsync(endPoint, cancellationToken).ConfigureAwait(false);
        }

        SocketTransport transport = await NameLookUp.ConnectToAnyAsync(endPoint, Options.LookUp, ConnectSocketAsync, cancellationToken).ConfigureAwait(false);
        var connected = new ClientTransport(transport.Input, transport.Output, transport.Close)
        {
            Reset = transport.Reset,
            IsProtected = endPoint is UnixDomainSocketEndPoint,
        };
        return Describe(connected, transport.Socket);
    }

    protected override string? Describe(Exception exception, string? late) => exception switch
    {
        OperationCanceledException when late is not null => $" {late}. Is it reachable? Raise MprpcClientOptions.ConnectTimeout if it is only slow.",
        SocketException => $": {exception.Message}. Is a MessagePack-RPC server listening there?",
        AuthenticationException or IOException =>
            $": {exception.Message} Is it a TLS listener, and is its certificate trusted and issued for that name? "
                + "MprpcClientOptions.Tls sets how it is verified.",
        _ => null,
    };

    /// <summary>Sets what holds only once it is connected, and tells what is known of it.</summary>
    private ClientTransport Describe(ClientTransport transport, Socket socket)
    {
        EndPoint? local = socket.LocalEndPoint;

        if (local is not UnixDomainSocketEndPoint && Options.KeepAlive is { } silence)
        {
            TcpOptions.SetUserTimeout(socket, silence + TimeSpan.FromSeconds(KeepAliveRetrySeconds * KeepAliveRetries));
        }

        return transport with { LocalEndPoint = local, RemoteEndPoint = socket.RemoteEndPoint, HasArrived = () => !TcpOptions.HasUnacknowledged(socket) };
    }

    private async Task<SocketTransport> ConnectSocketAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        Socket socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);

        try
        {
            if (endPoint is not UnixDomainSocketEndPoint)
            {
                Configure(socket);
            }

            return await SocketTransport.ConnectAsync(socket, endPoint, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<ClientTransport> ConnectTlsAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        if (_offersProtocols)
        {
            try
            {
                string[] names = ProtocolName.Known(Options.Extensions != MprpcExtensions.Never);
                return await ConnectTlsAsync(endPoint, [.. names.Select(name => new SslApplicationProtocol(name))], cancellationToken).ConfigureAwait(false);
            }
            catch (AuthenticationException exception) when (exception.InnerException is not null)
            {
                // An alert: TLS fails if both ends name protocols and none is the same. Kestrel's UseHttps() knows only those of HTTP, whatever
                // stands behind it.
            }
        }

        ClientTransport transport = await ConnectTlsAsync(endPoint, protocols: null, cancellationToken).ConfigureAwait(false);
        _offersProtocols = false;
        return transport;
    }

    /// <summary>Verifies the server by its certificate, for the name that the address has unless the options say another.</summary>
    private async Task<ClientTransport> ConnectTlsAsync(
        EndPoint endPoint, List<SslApplicationProtocol>? protocols, CancellationToken cancellationToken)
    {
        Socket socket = await NameLookUp.ConnectSocketToAnyAsync(endPoint, Options.LookUp, Configure, cancellationToken).ConfigureAwait(false);

        try
        {
            var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(TlsSettings.For(Options.Tls, server.Address.Host!, protocols), cancellationToken).ConfigureAwait(false);
            var transport = new ClientTransport(PipeReader.Create(stream), PipeWriter.Create(stream), stream.Dispose)
            {
                Reset = () => TcpOptions.Reset(socket),
                Extensions = stream.NegotiatedApplicationProtocol == s_extended ? ExtensionSupport.Known : ExtensionSupport.Unknown,
                IsProtected = true,
            };
            return Describe(transport, socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Configure(Socket socket)
    {
        socket.NoDelay = true;      // messages are sent whole: waiting for more only delays them

        if (Options.KeepAlive is { } silence)
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)Math.Clamp(silence.TotalSeconds, 1, LongestKeepAliveSeconds));
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveRetrySeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveRetries);
        }
    }
}
