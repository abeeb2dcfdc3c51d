using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Mprpc;
using Mprpc.Client;
using Mprpc.Dispatch;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Sets the options of clients that were added with <c>AddMprpcClient</c>.</summary>
public static class MprpcClientBuilderExtensions
{
    /// <summary>Sets options in code, after the configuration and what was set before.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The client's builder.</returns>
    public static IMprpcClientBuilder ConfigureOptions(this IMprpcClientBuilder builder, Action<MprpcClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(builder.Name, configure);
        return builder;
    }

    /// <summary>Sets options with the help of the application's services.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The client's builder.</returns>
    public static IMprpcClientBuilder ConfigureOptions(this IMprpcClientBuilder builder, Action<IServiceProvider, MprpcClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.AddOptions<MprpcClientOptions>(builder.Name).Configure<IServiceProvider>((options, services) => configure(services, options));
        return builder;
    }

    /// <summary>Puts a filter around every call and notification of the client, the last added innermost.</summary>
    /// <typeparam name="TFilter">The filter: resolved from the application's services where it is registered, else made with its constructor's arguments from
    /// there. One object for all calls of a client, at once.</typeparam>
    /// <param name="builder">The client.</param>
    /// <returns>The client's builder.</returns>
    public static IMprpcClientBuilder AddFilter<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TFilter>(
        this IMprpcClientBuilder builder)
        where TFilter : class, IMprpcClientFilter
        => builder.ConfigureOptions(static (services, options) => options.AddFilter(
            services.GetService<TFilter>() ?? ActivatorUtilities.CreateInstance<TFilter>(services)));

    /// <summary>Puts a filter around every call and notification of the client, the last added innermost.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="filter">The filter: one object for all calls, at once.</param>
    /// <returns>The client's builder.</returns>
    public static IMprpcClientBuilder AddFilter(this IMprpcClientBuilder builder, IMprpcClientFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return builder.ConfigureOptions(options => options.AddFilter(filter));
    }

    /// <summary>Puts a delegate around every call and notification of the client, the last added innermost.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="filter">The filter, as in <c>async (call, next) => { await next(call); }</c>.</param>
    /// <returns>The client's builder.</returns>
    public static IMprpcClientBuilder AddFilter(
        this IMprpcClientBuilder builder, Func<MprpcClientInvocation, MprpcClientFilterDelegate, ValueTask> filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return builder.ConfigureOptions(options => options.AddFilter(filter));
    }

    /// <summary>
    /// Lets the server call the methods of a service over the client's connections. Each call gets the service from a scope of its own, which is disposed after
    /// the answer. Registers the class as scoped where it is not registered yet.
    /// </summary>
    /// <typeparam name="T">The type whose methods are published; see <see cref="MprpcServiceAttribute"/>. A class, or what the application has registered.
    /// </typeparam>
    /// <param name="builder">The client.</param>
    /// <param name="prefix">Put before each method's wire name with a dot; null: what the type's attribute says.</param>
    /// <returns>The client's builder.</returns>
    public static IMprpcClientBuilder AddCallbackService<
        [DynamicallyAccessedMembers(
            DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.Interfaces | DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this IMprpcClientBuilder builder, string? prefix = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(builder);

        if (!typeof(T).IsAbstract)
        {
            builder.Services.TryAddScoped<T>();
        }

        return builder.ConfigureOptions(options => options.AddScopedService<T>(prefix));
    }

    /// <summary>
    /// Gives the calls that the client makes for a call that the application's server is serving what is left of that call's time, if it is less than their own
    /// timeout; its cancellation; and its trace: <c>traceparent</c>, <c>tracestate</c> and <c>baggage</c> of the running activity, else as the caller has sent
    /// them. Notifications get the trace alone. What is sent for no such call stays as it is.
    /// </summary>
    /// <param name="builder">The client.</param>
    /// <returns>The client's builder.</returns>
    /// <remarks>
    /// As grpc-dotnet's EnableCallContextPropagation. Each call that the application's server serves then pays for it, as with
    /// <c>AddCallContextAccessor</c>. A server that does not know the protocol's extensions is called without the trace, and the rest holds on this side.
    /// </remarks>
    public static IMprpcClientBuilder PropagateCallContext(this IMprpcClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<AmbientCall.Wanted>();
        return builder.ConfigureOptions(static options => options.PropagatesCallContext = true);
    }

    /// <summary>Gives the client tokens to log in with; see <see cref="MprpcClientOptions.TokenProvider"/>.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="provider">Gives a token, with the help of the application's services.</param>
    /// <returns>The client's builder.</returns>
    public static IMprpcClientBuilder AddTokenProvider(
        this IMprpcClientBuilder builder, Func<IServiceProvider, MprpcTokenContext, CancellationToken, ValueTask<MprpcToken>> provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return builder.ConfigureOptions((services, options)
            => options.TokenProvider = (context, cancellationToken) => provider(services, context, cancellationToken));
    }
}
