using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.AspNetCore;
using Mprpc.AspNetCore.Explorer;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps a page for the application's MessagePack-RPC services.</summary>
public static class MprpcExplorerEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps a page on which people read what the application's MessagePack-RPC endpoints offer, call it, and watch connections and calls. Calls are made in
    /// memory as the user of the HTTP request, through the same authorization, filters and limits as those of any peer; only what that user may call is shown.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">Where the page is; below it are its files and data. Default <c>/mprpc</c>.</param>
    /// <returns>A builder for what HTTP endpoints have: <c>RequireAuthorization()</c>, <c>RequireHost()</c>.</returns>
    /// <exception cref="InvalidOperationException"><c>builder.Services.AddMprpc()</c> was not called.</exception>
    /// <remarks>
    /// Outside the Development environment all of it is answered with 404, and a warning is logged at the start, unless it has authorization metadata:
    /// <c>RequireAuthorization()</c>, or <c>AllowAnonymous()</c>, which opens it to everybody. Who may open the page sees all connections and may abort them.
    /// Nothing is measured while nobody watches.
    /// </remarks>
    public static IEndpointConventionBuilder MapMprpcExplorer(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = "/mprpc")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);

        if (endpoints.ServiceProvider.GetService<IMprpcServer>() is null)
        {
            throw new InvalidOperationException("MapMprpcExplorer() needs the server's services. Call builder.Services.AddMprpc() before builder.Build().");
        }

        RouteGroupBuilder group = endpoints.MapGroup(pattern);
        new ExplorerEndpoints(endpoints.ServiceProvider, pattern).Map(group);
        return group;
    }
}
