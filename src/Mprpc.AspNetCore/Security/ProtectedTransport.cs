using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Endpoints;
using Mprpc.AspNetCore.Proxies;
using Mprpc.Transports;

namespace Mprpc.AspNetCore.Security;

/// <summary>Tells whether nobody on the way can read what is sent: TLS, or traffic that does not leave the machine.</summary>
internal static class ProtectedTransport
{
    public const string Allowed = "TLS, a Unix socket, or loopback";

    /// <summary>Whether all connections of a listener of the server's own are.</summary>
    public static bool Is(RpcEndpoint endpoint)
        => endpoint.IsTls
            || (endpoint.Options.TrustedProxies is null && (endpoint.Address.Host is null || MappedAddress.IsLoopback(LocalEndPoint.Of(endpoint.Address))));

    /// <summary>Whether a connection is; one of which nothing is known is not.</summary>
    /// <remarks>
    /// Both addresses count: a proxy's header can set the peer's. How what a proxy hands on has come to it, nobody knows here. A request says by its scheme
    /// whether it is encrypted: the feature of TLS is made for whoever asks a plain one for its certificate.
    /// </remarks>
    public static bool Is(EndPoint? local, EndPoint? remote, IFeatureCollection features)
        => IsEncrypted(features)
            || (features.Get<Proxied>() is null && (IsLocal(local, features) || (MappedAddress.IsLoopback(local) && MappedAddress.IsLoopback(remote))));

    private static bool IsLocal(EndPoint? local, IFeatureCollection features)
        => local is UnixDomainSocketEndPoint or NamedPipeEndPoint
            || features.Get<IConnectionSocketFeature>()?.Socket.AddressFamily == AddressFamily.Unix
            || features.Get<KnownProtected>() is not null;

    private static bool IsEncrypted(IFeatureCollection features)
        => features.Get<IHttpRequestFeature>() is { } request
            ? request.Scheme == Uri.UriSchemeHttps
            : features.Get<ITlsConnectionFeature>() is not null || features.Get<ISslStreamFeature>() is not null;
}
