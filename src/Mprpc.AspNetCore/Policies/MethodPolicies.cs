using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.Security;
using Mprpc.Dispatch;

namespace Mprpc.AspNetCore.Policies;

/// <summary>Decides at start-up what stands before each method of an endpoint; most often nothing.</summary>
internal sealed class MethodPolicies(IServiceProvider services, MprpcServerOptions server, MprpcEndpointOptions endpoint, EndpointSecurity security)
{
    /// <summary>The policy of a method, or null where its calls go straight to it.</summary>
    /// <exception cref="InvalidOperationException">Something is asked for that the application does not have.</exception>
    public MethodPolicy? For(RpcMethod method)
    {
        (List<IMprpcFilter> before, List<IMprpcFilter> filters) = Begin(method);

        if (MaxConcurrentCalls(method) is int most and > 0)
        {
            filters.Add(endpoint.ConcurrencyLimits.GetOrAdd(method.WireName, static (_, most) => new ConcurrencyLimit(most), most));
        }

        filters.AddRange(server.Filters.Concat(method.Metadata.OfType<IMprpcFilter>()).OrderBy(filter => (filter as MprpcFilterAttribute)?.Order ?? 0));
        return Create(before, security.For(method), filters, Timeout(method));
    }

    /// <summary>What stands before names that no method has; null: nothing.</summary>
    public UnknownMethod? ForUnknown()
    {
        var unknown = new UnknownMethod();
        RateLimiting? limiter = endpoint.RequireAuthentication ? null : RateLimiter(unknown);
        CallAuthorization? authorization = security.ForUnknown();

        if (limiter is null && authorization is null)
        {
            return null;
        }

        unknown.Policy = new MethodPolicy(limiter is null ? OfEveryCall(unknown) : [.. OfEveryCall(unknown), limiter], authorization, []);
        return unknown;
    }

    /// <summary>The policy of <c>$/authenticate</c>: it is for anyone, limits count it, and no filter gets to see its token.</summary>
    public MethodPolicy? ForLogin(RpcMethod method) => RateLimiter(method) is { } limiter ? new MethodPolicy([limiter], authorization: null, []) : null;

    /// <summary>The policy of <c>$/inspect</c>: limits count it, and the application's filters, which expect its own methods, do not see it.</summary>
    public MethodPolicy? ForInspect(RpcMethod method, MprpcInspect inspect)
    {
        (List<IMprpcFilter> before, List<IMprpcFilter> filters) = Begin(method);
        return Create(before, security.ForInspect(inspect), filters, Timeout(method));
    }

    /// <summary>What stands before authorization, and behind it, of what the endpoint says of all calls.</summary>
    private (List<IMprpcFilter> Before, List<IMprpcFilter> Filters) Begin(RpcMethod method)
    {
        List<IMprpcFilter> before = OfEveryCall(method);
        List<IMprpcFilter> filters = [];

        if (RateLimiter(method) is { } limiter)
        {
            // Where strangers learn nothing, they do not learn of limits either, and use up nobody's permits.
            (endpoint.RequireAuthentication ? filters : before).Add(limiter);
        }

        return (before, filters);
    }

    private static MethodPolicy? Create(List<IMprpcFilter> before, CallAuthorization? authorization, List<IMprpcFilter> filters, TimeSpan timeout)
        => before.Count == 0 && authorization is null && filters.Count == 0 && timeout == System.Threading.Timeout.InfiniteTimeSpan
            ? null
            : new MethodPolicy(before, authorization, filters) { Timeout = timeout };

    private List<IMprpcFilter> OfEveryCall(RpcMethod method)
    {
        List<IMprpcFilter> filters = [];

        if (server.IncludeLogScopes)
        {
            filters.Add(new LogScope(services.GetRequiredService<ILoggerFactory>().CreateLogger($"Mprpc.Calls.{method.Description.Service}")));
        }

        if (services.GetService<IMprpcCallContextAccessor>() is not null || services.GetService<AmbientCall.Wanted>() is not null)
        {
            filters.Add(new CallContextAccessor.Filter());
        }

        return filters;
    }

    /// <summary>The most specific policy: the method's or its service's, else the endpoint's, else the server's.</summary>
    private RateLimiting? RateLimiter(RpcMethod method)
    {
        object? said = method.Metadata.LastOrDefault(item => item is EnableRateLimitingAttribute or DisableRateLimitingAttribute);

        if (said is DisableRateLimitingAttribute)
        {
            return null;
        }

        string? name = endpoint.RateLimitingPolicy ?? server.RateLimitingPolicy;
        EnableRateLimitingAttribute? policy = said as EnableRateLimitingAttribute ?? (name is null ? null : new EnableRateLimitingAttribute(name));
        return policy is null ? null : new RateLimiting(services, policy, method.ToString());
    }

    private static int MaxConcurrentCalls(RpcMethod method)
        => Attribute(method, nameof(MprpcMethodAttribute.MaxConcurrentCalls), attribute => attribute.MaxConcurrentCalls)
            ?? method.Metadata.OfType<ConcurrencyLimitMetadata>().LastOrDefault()?.MaxConcurrentCalls ?? 0;

    private TimeSpan Timeout(RpcMethod method)
        => Attribute(method, nameof(MprpcMethodAttribute.TimeoutMilliseconds), attribute => attribute.TimeoutMilliseconds) is { } milliseconds
            ? TimeSpan.FromMilliseconds(milliseconds)
            : method.Metadata.OfType<CallTimeoutMetadata>().LastOrDefault()?.Timeout ?? server.CallTimeout ?? System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>What [MprpcMethod] says of the method, or null.</summary>
    private static int? Attribute(RpcMethod method, string name, Func<MprpcMethodAttribute, int> read)
    {
        int value = method.Metadata.OfType<MprpcMethodAttribute>().Select(read).LastOrDefault(value => value != 0);
        return value < 0
            ? throw new InvalidOperationException($"[MprpcMethod({name} = {value})] of {method} is negative; allowed is any positive number, or 0 for none.")
            : value == 0 ? null : value;
    }
}
