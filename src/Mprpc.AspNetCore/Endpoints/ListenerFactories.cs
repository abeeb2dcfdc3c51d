using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Mprpc.AspNetCore.Transport;

namespace Mprpc.AspNetCore.Endpoints;

/// <summary>
/// The application's transports as one: the last registered that can bind an address binds it, as Kestrel chooses for HTTP. Kestrel's own sockets give way to
/// ours, where only we read and write.
/// </summary>
/// <param name="factories">The application's transports.</param>
/// <param name="unix">Makes Unix sockets.</param>
/// <param name="sockets">Listens with sockets that are read and written directly.</param>
/// <param name="withTls">Addresses whose bytes go through TLS, which wants Kestrel's pipes.</param>
internal sealed class ListenerFactories(
    IEnumerable<IConnectionListenerFactory> factories, UnixListenerFactory unix, DirectListenerFactory sockets, IReadOnlySet<EndPoint> withTls)
    : IConnectionListenerFactory
{
    private readonly IConnectionListenerFactory[] _factories = [.. factories.Reverse()];

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        try
        {
            return await ChooseAndBindAsync(endpoint, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(exception.Message, exception);
        }
    }

    private async ValueTask<IConnectionListener> ChooseAndBindAsync(EndPoint endpoint, CancellationToken cancellationToken)
    {
        if (endpoint is UnixDomainSocketEndPoint socket)
        {
            (Socket bound, SocketFile file) = await unix.BindAsync(socket, cancellationToken).ConfigureAwait(false);
            return sockets.Listen(bound, file);
        }

        foreach (IConnectionListenerFactory factory in _factories)
        {
            if (factory is not IConnectionListenerFactorySelector selector || selector.CanBind(endpoint))
            {
                return factory is SocketTransportFactory && !withTls.Contains(endpoint)
                    ? sockets.Bind(endpoint)
                    : await factory.BindAsync(endpoint, cancellationToken).ConfigureAwait(false);
            }
        }

        throw new NotSupportedException(
            $"No transport of this application can listen on '{endpoint}'. Kestrel's socket transport can; "
            + "it is registered by WebApplication.CreateBuilder and by UseKestrel().");
    }
}
