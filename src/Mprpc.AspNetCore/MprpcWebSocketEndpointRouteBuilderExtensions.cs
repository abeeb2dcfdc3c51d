using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Mprpc;
using Mprpc.AspNetCore;
using Mprpc.AspNetCore.Endpoints;
using Mprpc.AspNetCore.WebSockets;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps MessagePack-RPC to the application's HTTP addresses.</summary>
public static class MprpcWebSocketEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Serves MessagePack-RPC over WebSockets at a path of the application's HTTP addresses: the services of <c>AddMprpc().AddService()</c>, or those that
    /// <paramref name="configure"/> names. <see cref="Mprpc.MprpcConnection.User"/> is who the HTTP request was authenticated as.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path, such as <c>/rpc</c>.</param>
    /// <param name="configure">Sets what is served, and how it speaks.</param>
    /// <returns> A builder for what HTTP endpoints have: <c>RequireAuthorization()</c>, <c>RequireHost()</c>. It applies when a WebSocket is opened, not to
    /// each call.
    /// </returns>
    /// <exception cref="InvalidOperationException"><c>builder.Services.AddMprpc()</c> was not called, or the application has started.</exception>
    /// <remarks>
    /// What binary messages hold is one stream of messages; a text message closes the WebSocket with status 1003. Pages of other origins are refused unless the
    /// application allows them (<see cref="WebSocketOptions.AllowedOrigins"/>).
    /// </remarks>
    public static IEndpointConventionBuilder MapMprpcWebSocket(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Action<MprpcEndpointOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);

        RpcEndpoints mapped = endpoints.ServiceProvider.GetService<RpcEndpoints>()
            ?? throw new InvalidOperationException("MapMprpcWebSocket() needs the server's services. Call builder.Services.AddMprpc() before builder.Build().");

        var options = new MprpcEndpointOptions { Origin = $"MapMprpcWebSocket(\"{pattern}\")" };
        configure?.Invoke(options);

        if (options.Tls is not null)
        {
            throw new InvalidOperationException(
                $"{options.Origin} has the TLS of the application's HTTP addresses: use https:// there, and leave UseTls() out.");
        }

        var webSocket = new WebSocketEndpoint(options);
        mapped.Add(webSocket);
        RequestDelegate pipeline = endpoints.CreateApplicationBuilder().UseWebSockets().Use(_ => webSocket.OnRequestAsync).Build();

        // Connections last: what is for requests, their timeout and the measuring of their duration, is not for these.
        return endpoints.Map(pattern, pipeline).WithDisplayName($"MessagePack-RPC over WebSocket: {pattern}").DisableRequestTimeout().DisableHttpMetrics();
    }
}
