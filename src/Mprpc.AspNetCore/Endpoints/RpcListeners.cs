using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Configuration;
using Mprpc.AspNetCore.Limits;
using Mprpc.AspNetCore.Proxies;
using Mprpc.AspNetCore.Security;
using Mprpc.AspNetCore.Tls;
using Mprpc.AspNetCore.Transport;

namespace Mprpc.AspNetCore.Endpoints;

/// <summary>Makes the Kestrel of the server's own, with a listener for each endpoint.</summary>
internal sealed class RpcListeners(
    IServiceProvider services,
    IConfiguration configuration,
    ServerLimits limits,
    UnixListenerFactory unix,
    DirectListenerFactory sockets,
    IEnumerable<IConnectionListenerFactory> transports,
    ILoggerFactory loggers)
{
    private readonly List<ListenOptions> _listeners = [];

    /// <summary>Where each endpoint listens; where the port was 0, once it does, the one that was bound.</summary>
    public IReadOnlyList<EndPoint> BoundEndPoints => [.. _listeners.Select(listener => listener.EndPoint)];

    /// <exception cref="InvalidOperationException">An endpoint with TLS has no certificate, or one that cannot be loaded.</exception>
    public KestrelServer Create(IReadOnlyList<RpcEndpoint> endpoints)
    {
        var options = new KestrelServerOptions { ApplicationServices = services };

        // By reference: each port 0 is another.
        var withTls = new HashSet<EndPoint>(ReferenceEqualityComparer.Instance);
        var byAddress = new Dictionary<EndPoint, RpcEndpoint>(ReferenceEqualityComparer.Instance);

        foreach (RpcEndpoint endpoint in endpoints)
        {
            EndPoint address = LocalEndPoint.Of(endpoint.Address);
            byAddress.Add(address, endpoint);

            if (endpoint.IsTls)
            {
                withTls.Add(address);
            }

            options.Listen(address, listener =>
            {
                Configure(listener, endpoint);
                _listeners.Add(listener);
            });
        }

        var factory = new NamedBindings(new ListenerFactories(transports, unix, sockets, withTls), byAddress, new OwnAddresses(services.GetService<IServer>()));
        return new KestrelServer(Options.Create(options), factory, loggers);
    }

    private void Configure(ListenOptions listener, RpcEndpoint endpoint)
    {
        EndpointLimits endpointLimits = limits.For(endpoint.Options);

        if (endpoint.Options.AllowCallCredentials && !ProtectedTransport.Is(endpoint))
        {
            throw new InvalidOperationException(
                $"{EndpointSecurity.OptionOf(endpoint.Options, nameof(MprpcEndpointOptions.AllowCallCredentials))} is true, and {endpoint} is neither "
                + $"encrypted nor local, so that the credentials of calls can be read on the way; allowed are {ProtectedTransport.Allowed}. "
                + "Use tls://host:port, UseTls() or a loopback address, or leave the option false.");
        }

        listener.LimitConnections(endpoint.Options);        // before TLS: what is refused costs no handshake

        ProxyProtocol.Use(listener, endpoint.Options, endpointLimits);

        if (endpoint.Address.Path is { } path)
        {
            unix.SetMode(path, endpoint.Options.UnixSocketMode);
        }

        if (endpoint.IsTls)
        {
            if (endpoint.Address.Host is null)
            {
                throw new InvalidOperationException(
                    $"{endpoint.Options.Origin} is not a TCP address, and UseTls() applies only to TCP. Remove it: this traffic does not leave the machine.");
            }

            HttpsConnectionAdapterOptions tls = HasOwnSettings(endpoint.Options) ? Load() : new HttpsConnectionAdapterOptions();
            TlsListener.Use(listener, tls, endpointLimits.TlsHandshakeTimeout, endpoint.Options, Load);
        }

        listener.UseMessagePackRpc(endpoint.Options, endpointLimits);

        HttpsConnectionAdapterOptions Load() => EndpointCertificate.Load(services, endpoint.Options, configuration);
    }

    private static bool HasOwnSettings(MprpcEndpointOptions endpoint)
        => endpoint.Section is { } section
            && Array.Exists(
                [ConfiguredEndpoint.Certificate, ConfiguredEndpoint.ClientCertificateMode, ConfiguredEndpoint.SslProtocols],
                key => section.GetSection(key).Exists());
}
