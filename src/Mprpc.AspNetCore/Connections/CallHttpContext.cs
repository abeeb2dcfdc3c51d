using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mprpc.AspNetCore.Connections;

/// <summary>A call as the application's HTTP policies want to see it: they ask for its user, services, addresses and features.</summary>
internal static class CallHttpContext
{
    public static HttpContext Create(MprpcCallContext call)
    {
        var features = new FeatureCollection(call.Connection.Features);
        features.Set<IHttpRequestFeature>(new HttpRequestFeature());
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        features.Set<IServiceProvidersFeature>(new CallServices(call));
        features.Set<IHttpConnectionFeature>(Addresses(call.Connection));
        return new DefaultHttpContext(features) { User = call.User, RequestAborted = call.CancellationToken };
    }

    private static HttpConnectionFeature Addresses(MprpcConnection connection)
    {
        var addresses = new HttpConnectionFeature { ConnectionId = connection.Id };

        if (connection.RemoteEndPoint is IPEndPoint remote)
        {
            addresses.RemoteIpAddress = remote.Address;
            addresses.RemotePort = remote.Port;
        }

        if (connection.LocalEndPoint is IPEndPoint local)
        {
            addresses.LocalIpAddress = local.Address;
            addresses.LocalPort = local.Port;
        }

        return addresses;
    }

    /// <summary>The call's scope, made only when a policy asks.</summary>
    private sealed class CallServices(MprpcCallContext call) : IServiceProvidersFeature
    {
        public IServiceProvider RequestServices
        {
            get => call.Services;
            set => throw new NotSupportedException("The services of a MessagePack-RPC call cannot be replaced.");
        }
    }
}
