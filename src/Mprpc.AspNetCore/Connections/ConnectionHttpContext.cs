using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace Mprpc.AspNetCore.Connections;

/// <summary>A connection as what was written for HTTP wants to see it: authentication handlers, authorization and rate limiter policies.</summary>
internal static class ConnectionHttpContext
{
    /// <param name="connection">Its features are the context's too: an authentication handler finds the client's certificate there.</param>
    /// <param name="services">The services; what handlers find out is kept as long as their scope lives.</param>
    /// <param name="keepRequest">Whether the HTTP request may be seen that the connection came by, where it came by one; else the request is empty.</param>
    /// <param name="aborted">Cancelled when nobody waits for the outcome.</param>
    public static DefaultHttpContext Create(MprpcConnection connection, IServiceProvidersFeature services, bool keepRequest, CancellationToken aborted)
    {
        // Its own over the connection's: what is set here does not reach the connection.
        var features = new FeatureCollection(connection.Features);

        if (!keepRequest || features.Get<IHttpRequestFeature>() is null)
        {
            string scheme = features.Get<ITlsConnectionFeature>() is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;
            features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = HttpMethods.Post, Scheme = scheme });
            features.Set<IQueryFeature>(new QueryFeature(features));
            features.Set<IRequestCookiesFeature>(new RequestCookiesFeature(features));
        }

        features.Set<IHttpConnectionFeature>(Describe(connection));
        features.Set<IHttpAuthenticationFeature>(new HttpAuthenticationFeature());
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = aborted });
        features.Set<IItemsFeature>(new ItemsFeature());
        features.Set(services);

        // What is written to the response, a renewed cookie for instance, goes nowhere.
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        return new DefaultHttpContext(features);
    }

    private static HttpConnectionFeature Describe(MprpcConnection connection)
    {
        var remote = connection.RemoteEndPoint as IPEndPoint;
        var local = connection.LocalEndPoint as IPEndPoint;
        return new HttpConnectionFeature
        {
            ConnectionId = connection.Id,
            RemoteIpAddress = remote?.Address,
            RemotePort = remote?.Port ?? 0,
            LocalIpAddress = local?.Address,
            LocalPort = local?.Port ?? 0,
        };
    }
}
