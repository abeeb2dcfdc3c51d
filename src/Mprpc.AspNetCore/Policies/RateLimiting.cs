using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.Connections;
using Mprpc.Messages;

namespace Mprpc.AspNetCore.Policies;

/// <summary>Puts the application's rate limiter policies (AddRateLimiter) before calls, by the very middleware that puts them before HTTP requests.</summary>
/// <remarks>The middleware sees an HttpContext with the call's user, services, remote address and features, so that policies that partition by these need no change.</remarks>
internal sealed class RateLimiting : IMprpcFilter
{
    private static readonly object CallKey = new();

    private readonly RequestDelegate _pipeline;
    private readonly Endpoint _endpoint;

    /// <exception cref="InvalidOperationException">The application has no rate limiter.</exception>
    public RateLimiting(IServiceProvider services, EnableRateLimitingAttribute policy, string method)
    {
        var builder = new ApplicationBuilder(services);

        try
        {
            builder.UseRateLimiter();
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidOperationException(
                $"{method} requires the rate limiter policy '{policy.PolicyName}', and the application has no rate limiter. Call builder.Services.AddRateLimiter(...) with that policy.", exception);
        }

        builder.Run(static context => ((AdmittedCall)context.Items[CallKey]!).GoOnAsync());
        _pipeline = builder.Build();
        _endpoint = new Endpoint(requestDelegate: null, new EndpointMetadataCollection(policy), method);
    }

    public async ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
    {
        var admitted = new AdmittedCall(call, next);
        HttpContext context = CallHttpContext.Create(call.Context);
        context.SetEndpoint(_endpoint);
        context.Items[CallKey] = admitted;
        await _pipeline(context).ConfigureAwait(false);

        if (!admitted.HasGoneOn)
        {
            string retry = context.Response.Headers.RetryAfter is [{ Length: > 0 } seconds, ..] ? $" Try again in {seconds} s." : " Try again later.";
            call.Refuse(new RpcError(RpcErrorKind.Handler, $"Too many calls.{retry}", RpcErrorCode.RateLimited));
        }
    }

    private sealed class AdmittedCall(MprpcInvocation call, MprpcFilterDelegate next)
    {
        public bool HasGoneOn { get; private set; }

        public Task GoOnAsync()
        {
            HasGoneOn = true;
            return next(call).AsTask();
        }
    }
}
