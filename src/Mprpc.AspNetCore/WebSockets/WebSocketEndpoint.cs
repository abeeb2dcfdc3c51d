using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Endpoints;
using Mprpc.AspNetCore.Limits;
using Mprpc.AspNetCore.Security;
using Mprpc.Transports;
using Mprpc.Transports.WebSockets;

namespace Mprpc.AspNetCore.WebSockets;

/// <summary>Serves MessagePack-RPC over the WebSockets of an HTTP endpoint.</summary>
internal sealed class WebSocketEndpoint(MprpcEndpointOptions options)
{
    // How long a peer has to agree to a close; shorter where the application stops, which waits for it.
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CloseTimeoutAtStop = TimeSpan.FromSeconds(1);

    private static long s_lastId;

    private RpcConnectionHandler? _handler;
    private ConnectionQuota? _quota;
    private TimeProvider _clock = TimeProvider.System;

    public MprpcEndpointOptions Options { get; } = options;

    /// <summary>Makes the handler, when the whole application is configured.</summary>
    /// <exception cref="InvalidOperationException">There is no service, or one that cannot be served.</exception>
    public void Start(IServiceProvider services)
    {
        _handler = new RpcConnectionHandler(services, Options, services.GetRequiredService<ServerLimits>().For(Options));
        _quota = services.GetRequiredService<ConnectionQuotas>().Of(Options);
        _clock = services.GetService<TimeProvider>() ?? _clock;
    }

    public async Task OnRequestAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await RefuseAsync(
                context,
                StatusCodes.Status400BadRequest,
                "This endpoint accepts only WebSocket upgrade requests, and MessagePack-RPC in binary messages.").ConfigureAwait(false);
            return;
        }

        if (!RequestOrigin.IsAllowed(context.Request, context.RequestServices.GetRequiredService<IOptions<WebSocketOptions>>().Value.AllowedOrigins))
        {
            await RefuseAsync(
                context,
                StatusCodes.Status403Forbidden,
                "The origin of this page is not allowed, or its scheme differs: behind a proxy that terminates TLS, call app.UseForwardedHeaders(). "
                + "To allow it: "
                + "builder.Services.Configure<WebSocketOptions>(options => options.AllowedOrigins.Add(\"https://example.org\")).").ConfigureAwait(false);
            return;
        }

        ConnectionInfo http = context.Connection;

        if (_handler!.RefusesTransport(
            http.Id, EndPointOf(http.LocalIpAddress, http.LocalPort), EndPointOf(http.RemoteIpAddress, http.RemotePort), context.Features))
        {
            await RefuseAsync(
                context,
                StatusCodes.Status403Forbidden,
                "Calls may bring credentials here, and this connection is neither encrypted nor local: use wss://. "
                + "Behind a proxy that terminates TLS, call app.UseForwardedHeaders().").ConfigureAwait(false);
            return;
        }

        if (!_quota!.TryTake(EndPointOf(http.RemoteIpAddress, http.RemotePort)))
        {
            await RefuseAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                "This endpoint has reached its limit of open WebSockets; retry later.").ConfigureAwait(false);
            return;
        }

        try
        {
            await AcceptAsync(context).ConfigureAwait(false);
        }
        finally
        {
            _quota.Return();
        }
    }

    private async Task AcceptAsync(HttpContext context)
    {
        RequestUser user = await RequestUser.OfAsync(context).ConfigureAwait(false);
        string? subProtocol = Array.Find(ProtocolName.Known(Options.Extensions), context.WebSockets.WebSocketRequestedProtocols.Contains);
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(subProtocol).ConfigureAwait(false);
        await ServeAsync(context, user, socket).ConfigureAwait(false);
    }

    private async Task ServeAsync(HttpContext context, RequestUser user, WebSocket socket)
    {
        ConnectionInfo http = context.Connection;
        var transport = new WebSocketTransport(socket);
        CancellationToken stopping = context.RequestServices.GetRequiredService<ExternalConnections>().StopRequested;
        context.Features.Set<IConnectionUserFeature>(user);
        transport.Start();
        Exception? reason = await _handler!.ServeAsync(
            $"{http.Id}-{Interlocked.Increment(ref s_lastId)}",
            transport,
            transport.Abort,
            EndPointOf(http.LocalIpAddress, http.LocalPort),
            EndPointOf(http.RemoteIpAddress, http.RemotePort),
            context.Features,
            stopping).ConfigureAwait(false);

        (WebSocketCloseStatus status, string? description) = reason is MprpcProtocolException
            ? (WebSocketCloseStatus.ProtocolError, "The data was not MessagePack-RPC, or exceeded a limit.")
            : stopping.IsCancellationRequested ? (WebSocketCloseStatus.EndpointUnavailable, "The server stops.")
            : (WebSocketCloseStatus.NormalClosure, null);
        await transport.CloseAsync(status, description, stopping.IsCancellationRequested ? CloseTimeoutAtStop : CloseTimeout, _clock).ConfigureAwait(false);
    }

    private static async Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(why, context.RequestAborted).ConfigureAwait(false);
    }

    private static IPEndPoint? EndPointOf(IPAddress? address, int port) => address is null ? null : new IPEndPoint(address, port);
}
