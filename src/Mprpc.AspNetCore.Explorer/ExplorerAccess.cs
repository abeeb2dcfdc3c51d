using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.WebSockets;

namespace Mprpc.AspNetCore.Explorer;

/// <summary>Which requests are looked at. Who the user is, and whether that user may, is the application's authorization to say.</summary>
/// <remarks>Safe for concurrent use.</remarks>
/// <param name="environment">The application's.</param>
/// <param name="pattern">Where the page was mapped, for the log.</param>
internal sealed class ExplorerAccess(IHostEnvironment environment, string pattern)
{
    /// <summary>A request with a header of its own is never sent by a page of another origin unless the application allows that page.</summary>
    public const string Header = "X-Mprpc-Explorer";

    private readonly bool _isDevelopment = environment.IsDevelopment();

    /// <summary>Warns at the start of the application if nothing will be shown.</summary>
    public void WarnAtStart(IServiceProvider services)
        => services.GetService<IHostApplicationLifetime>()?.ApplicationStarted.Register(() =>
        {
            // Not before: conventions of outer groups are known only when all endpoints are built.
            Endpoint[] own =
            [
                .. services.GetRequiredService<EndpointDataSource>().Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<ExplorerAccess>() == this),
            ];

            if (own.Length > 0 && !own.All(IsOpen))
            {
                ExplorerLog.Closed(services.GetRequiredService<ILoggerFactory>().CreateLogger("Mprpc.Explorer"), pattern, environment.EnvironmentName);
            }
        });

    /// <summary>Whether there is a page at all.</summary>
    public bool IsOpen(Endpoint? endpoint) => endpoint is not null && (_isDevelopment || HasAuthorization(endpoint.Metadata));

    /// <summary>Why the host of a request is not one of this page; null: it is.</summary>
    /// <remarks>
    /// Where nobody is asked who they are, a page of any name that its owner lets point to this machine would be of the same origin (DNS rebinding). Names
    /// that nobody else owns cannot be made to.
    /// </remarks>
    public static string? FindForeignHost(HttpContext context)
    {
        string host = context.Request.Host.Host;

        return HasAuthorization(context.GetEndpoint()!.Metadata) || IPAddress.TryParse(host, out _)
            || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            ? null
            : "Without authorization the explorer is there only by the name localhost or an IP address, so that no page of another host can reach it. "
            + "Call MapMprpcExplorer().RequireAuthorization(), or AllowAnonymous() to open it to everybody.";
    }

    /// <summary>Why a request for data does not come from the page itself; null: it does.</summary>
    public static string? FindForeignPage(HttpRequest request)
    {
        string? site = request.Headers["Sec-Fetch-Site"];

        // Browsers say it themselves, and no page can change it; without it the origin is compared.
        if (site is null ? !RequestOrigin.IsAllowed(request, []) : site != "same-origin")
        {
            return "The request comes from a page of another origin; only the explorer's own page may make it.";
        }

        return HttpMethods.IsGet(request.Method) || request.Headers.ContainsKey(Header)
            ? null
            : $"The request lacks the header {Header}; the explorer's page sends it with each.";
    }

    private static bool HasAuthorization(EndpointMetadataCollection metadata)
        => metadata.GetMetadata<IAuthorizeData>() is not null || metadata.GetMetadata<AuthorizationPolicy>() is not null
            || metadata.GetMetadata<IAllowAnonymous>() is not null;
}
