using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.AspNetCore.Connections;
using Mprpc.Dispatch;
using Mprpc.Wire;

namespace Mprpc.AspNetCore.Policies;

/// <summary>Lets each call of a method take a permit of one of the application's rate limiter policies (AddRateLimiter).</summary>
/// <remarks>
/// A policy sees an HttpContext with the call's user, services, addresses and features, so that one that partitions by these needs no change.
/// </remarks>
internal sealed class RateLimiting : IMprpcFilter
{
    private readonly RateLimiterPipeline _pipeline;
    private readonly Endpoint _endpoint;

    /// <exception cref="InvalidOperationException">The application has no rate limiter.</exception>
    public RateLimiting(IServiceProvider services, EnableRateLimitingAttribute policy, string method)
    {
        try
        {
            _pipeline = services.GetRequiredService<RateLimiterPipeline>();
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidOperationException(
                $"{method} requires the rate limiter policy '{policy.PolicyName}', and the application has no rate limiter. "
                + "Call builder.Services.AddRateLimiter(...) with that policy.",
                exception);
        }

        _endpoint = new Endpoint(requestDelegate: null, new EndpointMetadataCollection(policy), method);
    }

    public async ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
    {
        bool isPermitted = false;
        HttpContext context = CallHttpContext.Create(call.Context);
        context.SetEndpoint(_endpoint);

        await _pipeline.InvokeAsync(context, () =>
        {
            isPermitted = true;
            return next(call).AsTask();
        }).ConfigureAwait(false);

        if (!isPermitted)
        {
            ((GuardedCall)call).Refuse(new RpcError(
                RpcErrorKind.Handler, $"Too many calls of method '{call.Context.Method}'. Try again later.", ErrorCode.RateLimited));
        }
    }
}
