using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.AspNetCore;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Hosting;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Puts MessagePack-RPC on a listener that the application owns.</summary>
public static class MprpcConnectionBuilderExtensions
{
    /// <summary>Serves MessagePack-RPC on this listener: the services of <c>AddMprpc().AddService()</c>, or those that <paramref name="configure"/> names.</summary>
    /// <typeparam name="TBuilder">Kestrel's <c>ListenOptions</c>, or another connection builder.</typeparam>
    /// <param name="builder">The listener. Connection middleware such as <c>UseHttps()</c> or <c>UseConnectionLogging()</c> goes before this.</param>
    /// <param name="configure">Sets what the listener serves, and how it speaks.</param>
    /// <returns>The listener.</returns>
    /// <exception cref="InvalidOperationException"><c>builder.Services.AddMprpc()</c> was not called; or, when the listener starts, a service cannot be served.</exception>
    /// <remarks>A listener that is defined in code makes Kestrel ignore <c>--urls</c> and ASPNETCORE_URLS: to keep them, use <c>app.MapMprpcService&lt;T&gt;(port)</c>.</remarks>
    public static TBuilder UseMessagePackRpc<TBuilder>(this TBuilder builder, Action<MprpcEndpointOptions>? configure = null)
        where TBuilder : IConnectionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new MprpcEndpointOptions();
        configure?.Invoke(options);
        return builder.UseMessagePackRpc(options);
    }

    internal static TBuilder UseMessagePackRpc<TBuilder>(this TBuilder builder, MprpcEndpointOptions options)
        where TBuilder : IConnectionBuilder
    {
        if (builder.ApplicationServices.GetService<RpcEndpoints>() is null)
        {
            throw new InvalidOperationException("UseMessagePackRpc() needs the server's services. Call builder.Services.AddMprpc() first.");
        }

        // The handler is made when the listener starts: by then the whole application is configured.
        builder.Use(_ => new RpcConnectionHandler(builder.ApplicationServices, options).OnConnectedAsync);
        return builder;
    }
}
