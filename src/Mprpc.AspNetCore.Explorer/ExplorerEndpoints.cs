using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Mprpc.AspNetCore.Explorer.Calls;
using Mprpc.AspNetCore.Explorer.Live;

namespace Mprpc.AspNetCore.Explorer;

/// <summary>The HTTP endpoints of one page.</summary>
internal sealed class ExplorerEndpoints
{
    private const string Policy
        = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'";

    private readonly IServiceProvider _services;
    private readonly ExplorerAccess _access;
    private readonly ServedMethods _methods;
    private readonly LiveFeed _live;

    public ExplorerEndpoints(IServiceProvider services, string pattern)
    {
        _services = services;
        _access = new ExplorerAccess(services.GetRequiredService<IHostEnvironment>(), pattern);
        _methods = new ServedMethods(services);
        _live = new LiveFeed(services);
    }

    public void Map(RouteGroupBuilder group)
    {
        group.WithMetadata(_access).WithDisplayName("Mprpc explorer");
        group.MapGet("/", Guard(SendPageAsync));
        group.MapGet("/{file}", Guard(SendFileAsync));
        group.MapGet("/api/description", GuardData(DescribeAsync));
        group.MapPost("/api/call", GuardData(CallAsync)).DisableRequestTimeout();
        group.MapPost("/api/abort", GuardData(AbortAsync));
        group.MapGet("/api/live", GuardData(WatchAsync)).DisableRequestTimeout().DisableHttpMetrics();
        _access.WarnAtStart(_services);
    }

    private RequestDelegate Guard(RequestDelegate next) => context =>
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        if (!_access.IsOpen(context.GetEndpoint()))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        return ExplorerAccess.FindForeignHost(context) is { } problem ? Problem.SendAsync(context, StatusCodes.Status403Forbidden, problem) : next(context);
    };

    private RequestDelegate GuardData(RequestDelegate next) => Guard(context =>
    {
        context.Response.Headers.CacheControl = "no-store";
        return ExplorerAccess.FindForeignPage(context.Request) is { } problem
            ? Problem.SendAsync(context, StatusCodes.Status403Forbidden, problem)
            : next(context);
    });

    private static Task SendPageAsync(HttpContext context)
    {
        string path = context.Request.PathBase + context.Request.Path;

        if (path.EndsWith('/'))
        {
            return PageFile.All["index.html"].SendAsync(context);
        }

        // Relative, as all addresses of the page are: behind a proxy the path that the browser knows may be another.
        context.Response.Redirect($"{path[(path.LastIndexOf('/') + 1)..]}/{context.Request.QueryString}");
        return Task.CompletedTask;
    }

    private static Task SendFileAsync(HttpContext context)
    {
        if (context.Request.RouteValues["file"] is string name && PageFile.All.TryGetValue(name, out PageFile? file))
        {
            return file.SendAsync(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private Task DescribeAsync(HttpContext context) => Description.SendAsync(context, _methods);

    private async Task CallAsync(HttpContext context)
    {
        try
        {
            await new PageCall(context, _methods, await CallRequest.ReadAsync(context).ConfigureAwait(false)).RunAsync().ConfigureAwait(false);
        }
        catch (BadRequestException exception)
        {
            await Problem.SendAsync(context, exception.Status, exception.Message).ConfigureAwait(false);
        }
    }

    private async Task AbortAsync(HttpContext context)
    {
        try
        {
            string id = await AbortRequest.ReadAsync(context).ConfigureAwait(false);

            if (!_live.TryAbort(id))
            {
                throw new BadRequestException($"There is no connection '{id}'; it may have ended meanwhile.", StatusCodes.Status404NotFound);
            }

            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        catch (BadRequestException exception)
        {
            await Problem.SendAsync(context, exception.Status, exception.Message).ConfigureAwait(false);
        }
    }

    /// <summary>Server-sent events, until the browser or the server goes.</summary>
    private async Task WatchAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        try
        {
            await foreach (ReadOnlyMemory<byte> snapshot in _live.WatchAsync(context.RequestAborted).ConfigureAwait(false))
            {
                await context.Response.Body.WriteAsync("data: "u8.ToArray(), context.RequestAborted).ConfigureAwait(false);
                await context.Response.Body.WriteAsync(snapshot, context.RequestAborted).ConfigureAwait(false);
                await context.Response.Body.WriteAsync("\n\n"u8.ToArray(), context.RequestAborted).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // Whoever watched has gone.
        }
    }
}
