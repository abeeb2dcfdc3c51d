using System.Diagnostics;
using Microsoft.AspNetCore.RateLimiting;
using Mprpc;

namespace Snippets.Filters;

// snippet: filters/filter
sealed class Timing(ILogger<Timing> logger) : IMprpcFilter
{
    public async ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
    {
        long start = Stopwatch.GetTimestamp();
        await next(call);
        logger.LogInformation("{Method} took {Time}", call.Context.Method, Stopwatch.GetElapsedTime(start));
    }
}
// end snippet

internal static class Filters
{
    public static void Add(WebApplicationBuilder builder, WebApplication app)
    {
        // snippet: filters/filter
        builder.Services.AddMprpc().AddFilter<Timing>();                                   // every call of the server
        app.MapMprpcService<Shop>(6000).AddFilter((call, next) => next(call));             // the calls of a service
        // end snippet
    }

    public static void MapExceptions(WebApplicationBuilder builder)
    {
        // snippet: filters/exceptions
        builder.Services.AddMprpc(options => options
            .MapException<KeyNotFoundException>("not_found")                                        // its message, and this code
            .MapException<ValidationException>(e => new MprpcException(e.Summary, "invalid", e.Fields)));
        // end snippet
    }

    public static void LimitRates(WebApplicationBuilder builder, WebApplication app)
    {
        // snippet: filters/rate-limit
        builder.Services.AddRateLimiter(limiter => limiter.AddFixedWindowLimiter("writes", window =>      // as for HTTP
        {
            window.PermitLimit = 100;
            window.Window = TimeSpan.FromSeconds(1);
        }));
        app.MapMprpcService<Shop>(6000).RequireRateLimiting("writes");
        // end snippet
    }
}

// snippet: filters/filter
[MprpcFilter<Timing>]                                                              // of a class, a contract or a method
// end snippet
internal sealed class Shop
{
    public void Buy(string what) => Console.WriteLine(what);
}

internal abstract class ValidationException : Exception
{
    public abstract string Summary { get; }

    public abstract string[] Fields { get; }
}
