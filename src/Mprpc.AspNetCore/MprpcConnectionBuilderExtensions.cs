using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.AspNetCore;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Limits;
using Mprpc.AspNetCore.Proxies;
using Mprpc.AspNetCore.Tls;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Puts MessagePack-RPC on a listener that the application owns.</summary>
public static class MprpcConnectionBuilderExtensions
{
    /// <summary>
    /// Serves MessagePack-RPC on this listener: the services of <c>AddMprpc().AddService()</c>, or those that <paramref name="configure"/> names.
    /// </summary>
    /// <typeparam name="TBuilder">Kestrel's <c>ListenOptions</c>, or another connection builder.</typeparam>
    /// <param name="builder">The listener. Connection middleware such as <c>UseHttps()</c> or <c>UseConnectionLogging()</c> goes before this.</param>
    /// <param name="configure">Sets what the listener serves, and how it speaks.</param>
    /// <returns>The listener.</returns>
    /// <exception cref="InvalidOperationException"> <c>builder.Services.AddMprpc()</c> was not called; or, when the listener starts, a service cannot be
    /// served, or connection middleware stands behind this, where it would never run.
    /// </exception>
    /// <remarks>
    /// A listener that is defined in code makes Kestrel ignore <c>--urls</c> and ASPNETCORE_URLS: to keep them, use <c>app.MapMprpcService&lt;T&gt;(port)</c>.
    /// </remarks>
    public static TBuilder UseMessagePackRpc<TBuilder>(this TBuilder builder, Action<MprpcEndpointOptions>? configure = null)
        where TBuilder : IConnectionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        (MprpcEndpointOptions options, EndpointLimits limits) = Prepare(builder, "UseMessagePackRpc()", configure, withHttp: false);
        return builder.UseMessagePackRpc(options, limits);
    }

    /// <summary>
    /// Serves both HTTP and MessagePack-RPC on this listener: the first byte of a connection tells them apart. MessagePack-RPC as <c>UseMessagePackRpc()</c>
    /// serves it, HTTP as this listener would without. A connection that sends nothing is closed after <see cref="MprpcServerLimits.PartialMessageTimeout"/>.
    /// </summary>
    /// <param name="listener">The listener. Connection middleware such as <c>UseConnectionLogging()</c> goes before this.</param>
    /// <param name="configure">Sets what the listener serves over MessagePack-RPC, and how it speaks.</param>
    /// <returns>The listener.</returns>
    /// <exception cref="InvalidOperationException"><c>builder.Services.AddMprpc()</c> was not called; or, when the listener starts, a service cannot be
    /// served.</exception>
    /// <remarks>A listener that is defined in code makes Kestrel ignore <c>--urls</c> and ASPNETCORE_URLS.</remarks>
    public static ListenOptions UseMessagePackRpcOrHttp(this ListenOptions listener, Action<MprpcEndpointOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(listener);
        (MprpcEndpointOptions options, EndpointLimits limits) = Prepare(listener, "UseMessagePackRpcOrHttp()", configure, withHttp: true);
        TimeProvider clock = listener.ApplicationServices.GetService<TimeProvider>() ?? TimeProvider.System;
        listener.Use(http =>
        {
            var handler = new RpcConnectionHandler(listener.ApplicationServices, options, limits);
            ConnectionDelegate rpc = ConnectionQuota.Limit(listener.ApplicationServices, options, handler.OnConnectedAsync);
            return new SharedPort(rpc, http, limits, clock).OnConnectedAsync;
        });
        return listener;
    }

    internal static TBuilder UseMessagePackRpc<TBuilder>(this TBuilder builder, MprpcEndpointOptions options, EndpointLimits limits)
        where TBuilder : IConnectionBuilder
    {
        // The handler is made when the listener starts: by then the whole application is configured.
        builder.Use(next =>
        {
            LastMiddleware.Check(next, options.Origin);
            return new RpcConnectionHandler(builder.ApplicationServices, options, limits).OnConnectedAsync;
        });
        return builder;
    }

    /// <summary>Refuses connections over <see cref="MprpcServerLimits.MaxConnections"/>.</summary>
    internal static void LimitConnections(this IConnectionBuilder builder, MprpcEndpointOptions options)
        => builder.Use(next => ConnectionQuota.Limit(builder.ApplicationServices, options, next));

    private static (MprpcEndpointOptions Options, EndpointLimits Limits) Prepare(
        IConnectionBuilder builder, string origin, Action<MprpcEndpointOptions>? configure, bool withHttp)
    {
        ServerLimits server = builder.ApplicationServices.GetService<ServerLimits>()
            ?? throw new InvalidOperationException($"{origin} needs the server's services. Call builder.Services.AddMprpc() first.");

        var options = new MprpcEndpointOptions { Origin = origin };
        configure?.Invoke(options);
        EndpointLimits limits = server.For(options);

        if (!withHttp)
        {
            builder.LimitConnections(options);
        }

        ProxyProtocol.Use(builder, options, limits);

        if (options.Tls is not null)
        {
            TlsListener.Use(builder, options, limits.TlsHandshakeTimeout, withHttp);
        }

        return (options, limits);
    }
}
