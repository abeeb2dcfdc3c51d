using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Mprpc.Transports;

namespace Mprpc.AspNetCore.Tls;

/// <summary>Puts TLS before MessagePack-RPC.</summary>
internal static class TlsListener
{
    /// <summary>On a listener of the server's own, whose Kestrel knows nothing of the application's certificates.</summary>
    /// <exception cref="InvalidOperationException">There is no certificate, or it cannot be loaded.</exception>
    public static void Use(
        ListenOptions listener,
        HttpsConnectionAdapterOptions tls,
        TimeSpan handshakeTimeout,
        MprpcEndpointOptions endpoint,
        Func<HttpsConnectionAdapterOptions> findDefault)
    {
        tls.HandshakeTimeout = handshakeTimeout;
        endpoint.Tls?.Invoke(tls);

        if (tls.ServerCertificate is null && tls.ServerCertificateSelector is null)
        {
            HttpsConnectionAdapterOptions found = findDefault();
            tls.ServerCertificate = found.ServerCertificate;
            tls.ServerCertificateChain = found.ServerCertificateChain;
        }

        ChooseProtocol(tls, endpoint, withHttp: false);
        listener.UseHttps(tls);
    }

    /// <summary>On a listener of the application's, whose Kestrel finds the certificate itself.</summary>
    public static void Use(IConnectionBuilder builder, MprpcEndpointOptions endpoint, TimeSpan handshakeTimeout, bool withHttp)
    {
        if (builder is not ListenOptions listener)
        {
            throw new InvalidOperationException(
                $"{endpoint.Origin} cannot put TLS on a {builder.GetType().Name}: UseTls() works on Kestrel's ListenOptions. "
                + "Put TLS before it yourself.");
        }

        listener.UseHttps(tls =>
        {
            tls.HandshakeTimeout = handshakeTimeout;
            endpoint.Tls!(tls);
            ChooseProtocol(tls, endpoint, withHttp);
        });
    }

    /// <summary>
    /// Kestrel accepts the protocols of HTTP only, and a client that offers ours would fail. One that offers none is not asked. Of several that a client offers
    /// the server's first is chosen.
    /// </summary>
    private static void ChooseProtocol(HttpsConnectionAdapterOptions tls, MprpcEndpointOptions endpoint, bool withHttp)
    {
        Action<ConnectionContext, SslServerAuthenticationOptions>? users = tls.OnAuthenticate;
        SslApplicationProtocol[] ours = [.. ProtocolName.Known(endpoint.Extensions).Select(name => new SslApplicationProtocol(name))];

        tls.OnAuthenticate = (connection, options) =>
        {
            options.ApplicationProtocols = withHttp ? [.. options.ApplicationProtocols ?? [], .. ours] : [.. ours];
            users?.Invoke(connection, options);
        };
    }
}
