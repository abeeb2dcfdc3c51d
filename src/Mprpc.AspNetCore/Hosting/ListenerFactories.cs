using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Mprpc.AspNetCore.Hosting;

/// <summary>The application's transports as one: the last registered that can bind an address binds it, as Kestrel chooses for HTTP.</summary>
internal sealed class ListenerFactories(IEnumerable<IConnectionListenerFactory> factories, UnixListenerFactory unix) : IConnectionListenerFactory
{
    private readonly IConnectionListenerFactory[] _factories = [.. factories.Reverse()];

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        if (endpoint is UnixDomainSocketEndPoint socket)
        {
            return unix.BindAsync(socket, cancellationToken);
        }

        foreach (IConnectionListenerFactory factory in _factories)
        {
            if (factory is not IConnectionListenerFactorySelector selector || selector.CanBind(endpoint))
            {
                return factory.BindAsync(endpoint, cancellationToken);
            }
        }

        throw new NotSupportedException(
            $"No transport of this application can listen on '{endpoint}'. Kestrel's socket transport can; it is registered by WebApplication.CreateBuilder and by UseKestrel().");
    }
}
