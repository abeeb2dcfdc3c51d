using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mprpc.AspNetCore.Policies;

/// <summary>
/// The application's rate limiters before all calls of the server, by the very middleware that puts them before HTTP requests. One for all methods, so that
/// they share their permits.
/// </summary>
internal sealed class RateLimiterPipeline
{
    private static readonly object NextKey = new();

    private readonly RequestDelegate _pipeline;

    /// <exception cref="InvalidOperationException">The application has no rate limiter.</exception>
    public RateLimiterPipeline(IServiceProvider services)
    {
        var builder = new ApplicationBuilder(services);
        builder.UseRateLimiter();
        builder.Run(static context => ((Func<Task>)context.Items[NextKey]!)());
        _pipeline = builder.Build();
    }

    /// <summary>Runs <paramref name="next"/> where the policy of the context's endpoint has a permit.</summary>
    public Task InvokeAsync(HttpContext context, Func<Task> next)
    {
        context.Items[NextKey] = next;
        return _pipeline(context);
    }
}
