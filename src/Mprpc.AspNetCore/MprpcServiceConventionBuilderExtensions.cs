using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.RateLimiting;
using Mprpc;
using Mprpc.AspNetCore;
using Mprpc.AspNetCore.Policies;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Sets what stands before the calls of a mapped service.</summary>
public static class MprpcServiceConventionBuilderExtensions
{
    /// <summary>Puts a filter around the calls of the service, inside the server's, the last added innermost.</summary>
    /// <typeparam name="TFilter">The filter: resolved from the call's services where it is registered, else made for each call with its constructor's arguments
    /// from there.</typeparam>
    /// <param name="builder">The service's conventions.</param>
    /// <returns>The builder.</returns>
    public static IMprpcServiceConventionBuilder AddFilter<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TFilter>(
        this IMprpcServiceConventionBuilder builder)
        where TFilter : class, IMprpcFilter
        => builder.AddFilter(new MprpcFilterAttribute<TFilter>());

    /// <summary>Puts a filter around the calls of the service, inside the server's, the last added innermost.</summary>
    /// <param name="builder">The service's conventions.</param>
    /// <param name="filter">The filter: one object for all calls, at once.</param>
    /// <returns>The builder.</returns>
    public static IMprpcServiceConventionBuilder AddFilter(this IMprpcServiceConventionBuilder builder, IMprpcFilter filter)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(filter);
        return builder.WithMetadata(filter);
    }

    /// <summary>Puts a delegate around the calls of the service, inside the server's filters, the last added innermost.</summary>
    /// <param name="builder">The service's conventions.</param>
    /// <param name="filter">The filter, as in <c>async (call, next) => { await next(call); }</c>.</param>
    /// <returns>The builder.</returns>
    public static IMprpcServiceConventionBuilder AddFilter(
        this IMprpcServiceConventionBuilder builder, Func<MprpcInvocation, MprpcFilterDelegate, ValueTask> filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return builder.AddFilter(new DelegateFilter(filter));
    }

    /// <summary>Lets each call of the service take a permit of a rate limiter policy; a call beyond it is answered with the error "rate_limited".</summary>
    /// <param name="builder">The service's conventions.</param>
    /// <param name="policyName">The name of a policy of AddRateLimiter: the same as HTTP endpoints use, while calls and HTTP requests are counted
    /// apart.</param>
    /// <returns>The builder.</returns>
    public static IMprpcServiceConventionBuilder RequireRateLimiting(this IMprpcServiceConventionBuilder builder, string policyName)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithMetadata(new EnableRateLimitingAttribute(policyName));
    }

    /// <summary>
    /// Bounds the time of each call of the service: then its <see cref="CancellationToken"/> is cancelled and the caller answered with the error "timeout",
    /// while the call keeps its place until its method has really ended. [MprpcMethod(TimeoutMilliseconds)] goes before it.
    /// </summary>
    /// <param name="builder">The service's conventions.</param>
    /// <param name="timeout">Any positive time, or <see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Zero or negative.</exception>
    public static IMprpcServiceConventionBuilder WithTimeout(this IMprpcServiceConventionBuilder builder, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(builder);

        if (timeout <= TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(
                nameof(timeout), timeout, $"The timeout is {timeout}; allowed is any positive time, or Timeout.InfiniteTimeSpan for none.");
        }

        return builder.WithMetadata(new CallTimeoutMetadata(timeout));
    }

    /// <summary>
    /// Bounds how many calls of each method of the service run at once; further ones are answered with the error "busy". [MprpcMethod(MaxConcurrentCalls)] goes
    /// before it.
    /// </summary>
    /// <param name="builder">The service's conventions.</param>
    /// <param name="maxConcurrentCalls">How many, 1 or more.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Zero or negative.</exception>
    public static IMprpcServiceConventionBuilder WithConcurrencyLimit(this IMprpcServiceConventionBuilder builder, int maxConcurrentCalls)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxConcurrentCalls, 1);
        return builder.WithMetadata(new ConcurrencyLimitMetadata(maxConcurrentCalls));
    }
}
