using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Mprpc;
using Mprpc.AspNetCore;
using Mprpc.AspNetCore.Clients;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Diagnostics;
using Mprpc.AspNetCore.Endpoints;
using Mprpc.AspNetCore.Hosting;
using Mprpc.AspNetCore.Limits;
using Mprpc.AspNetCore.Model;
using Mprpc.AspNetCore.Policies;
using Mprpc.AspNetCore.Transport;
using Mprpc.Connections;
using Mprpc.Streams;
using Mprpc.Diagnostics;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds MessagePack-RPC to an application.</summary>
public static class MprpcServiceCollectionExtensions
{
    private const string ConfigurationSection = "Mprpc";

    /// <summary>
    /// Adds the MessagePack-RPC server. Options come from the configuration section <c>Mprpc</c>, then from <paramref name="configure"/>, and are checked at
    /// start-up.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets options in code.</param>
    /// <returns> A builder for the server's services. Map them with <c>app.MapMprpcService&lt;T&gt;(port)</c>, or put them on a listener of your own with
    /// <c>UseMessagePackRpc()</c>.
    /// </returns>
    public static IMprpcServerBuilder AddMprpc(this IServiceCollection services, Action<MprpcServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);

        OptionsBuilder<MprpcServerOptions> options = services.AddOptions<MprpcServerOptions>();

        // Once: called again, it must not undo what was set in code in between.
        if (services.All(static service => service.ServiceType != typeof(RpcEndpoints)))
        {
            options.Configure<IConfiguration, IHostEnvironment>(Bind).ValidateOnStart();
        }

        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MprpcServerOptions>, MprpcServerOptionsValidator>());
        services.TryAddSingleton(new ServiceLifetimes(services));
        services.TryAddSingleton<TotalLimits>();
        services.TryAddSingleton(static provider => provider.GetRequiredService<TotalLimits>().RunningCalls);
        services.TryAddSingleton(static provider => provider.GetRequiredService<TotalLimits>().Streams);
        services.TryAddSingleton<ServerLimits>();
        services.TryAddSingleton<UnixListenerFactory>();
        services.TryAddSingleton<DirectListenerFactory>();
        services.TryAddSingleton<RpcListeners>();
        services.TryAddSingleton<RateLimiterPipeline>();
        services.TryAddSingleton(static provider => new ServerMeter(
            provider.GetService<IMeterFactory>(), provider.GetRequiredService<ConnectionRegistry>()));
        services.TryAddSingleton(static provider => new LimitHits(
            provider.GetRequiredService<ServerMeter>().OnLimitHit,
            TimeProvider.System,
            new HarmlessLogger(provider.GetRequiredService<ILoggerFactory>().CreateLogger("Mprpc.Connection"))));
        services.TryAddSingleton<ConnectionRegistry>();
        ClientServices.Add(services);
        services.TryAddSingleton<ConnectionQuotas>();
        services.TryAddSingleton<StopDeadline>();
        services.TryAddSingleton<RpcEndpoints>();
        services.TryAddSingleton<ExternalConnections>();
        services.TryAddSingleton<RpcServer>();
        services.TryAddSingleton<IServerStart>(static provider => provider.GetRequiredService<RpcServer>());
        services.TryAddSingleton<IMprpcServer>(static provider => provider.GetRequiredService<RpcServer>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RpcServer>(static provider => provider.GetRequiredService<RpcServer>()));
        return new MprpcServerBuilder(services);
    }

    /// <summary>
    /// Adds a service to those that <c>UseMessagePackRpc()</c> serves where it names none. Registers the class as transient where it is not registered yet.
    /// </summary>
    /// <typeparam name="T">The service class.</typeparam>
    /// <param name="builder">The server's builder.</param>
    /// <param name="prefix">Put before each method's wire name with a dot; null: what the service's attribute says.</param>
    /// <returns>The builder.</returns>
    public static IMprpcServerBuilder AddService<
        [DynamicallyAccessedMembers(ServiceRegistration.NeededMembers)] T>(this IMprpcServerBuilder builder, string? prefix = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(builder);

        if (!typeof(T).IsAbstract)
        {
            builder.Services.TryAddTransient<T>();
        }

        builder.Services.AddSingleton<ServiceRegistration>(new ServiceRegistration<T> { Prefix = prefix });
        return builder;
    }

    /// <summary>Puts a filter around every call of the server, the last added innermost.</summary>
    /// <typeparam name="TFilter">The filter: resolved from the call's services where it is registered, else made for each call with its constructor's arguments
    /// from there.</typeparam>
    /// <param name="builder">The server's builder.</param>
    /// <returns>The builder.</returns>
    public static IMprpcServerBuilder AddFilter<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TFilter>(
        this IMprpcServerBuilder builder)
        where TFilter : class, IMprpcFilter
        => builder.AddFilter(new MprpcFilterAttribute<TFilter>());

    /// <summary>Puts a filter around every call of the server, the last added innermost.</summary>
    /// <param name="builder">The server's builder.</param>
    /// <param name="filter">The filter: one object for all calls, at once.</param>
    /// <returns>The builder.</returns>
    public static IMprpcServerBuilder AddFilter(this IMprpcServerBuilder builder, IMprpcFilter filter)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(filter);
        builder.Services.Configure<MprpcServerOptions>(options => options.Filters.Add(filter));
        return builder;
    }

    /// <summary>Puts a delegate around every call of the server, the last added innermost.</summary>
    /// <param name="builder">The server's builder.</param>
    /// <param name="filter">The filter, as in <c>async (call, next) => { await next(call); }</c>.</param>
    /// <returns>The builder.</returns>
    public static IMprpcServerBuilder AddFilter(this IMprpcServerBuilder builder, Func<MprpcInvocation, MprpcFilterDelegate, ValueTask> filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return builder.AddFilter(new DelegateFilter(filter));
    }

    /// <summary>Adds <see cref="IMprpcCallContextAccessor"/>, for code that cannot take the call's context as a parameter. Every call pays for it.</summary>
    /// <param name="builder">The server's builder.</param>
    /// <returns>The builder.</returns>
    public static IMprpcServerBuilder AddCallContextAccessor(this IMprpcServerBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<IMprpcCallContextAccessor, CallContextAccessor>();
        return builder;
    }

    /// <summary>Adds an observer, which is told when connections begin, say <c>$/hello</c>, and end.</summary>
    /// <typeparam name="T">The observer: one object, of the application's services where it is registered there, else made with its constructor's arguments
    /// from there.</typeparam>
    /// <param name="builder">The server's builder.</param>
    /// <returns>The builder.</returns>
    public static IMprpcServerBuilder AddConnectionObserver<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this IMprpcServerBuilder builder)
        where T : class, IMprpcConnectionObserver
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<T>();
        builder.Services.AddSingleton<IMprpcConnectionObserver>(static provider => provider.GetRequiredService<T>());
        return builder;
    }

    /// <summary>Member by member: the serializer's options are no matter of configuration, and bound by reflection they would not survive trimming.</summary>
    private static void Bind(MprpcServerOptions options, IConfiguration configuration, IHostEnvironment environment)
    {
        IConfigurationSection section = configuration.GetSection(ConfigurationSection);
        section.GetSection(nameof(options.Limits)).Bind(options.Limits);
        section.GetSection(nameof(options.Authentication)).Bind(options.Authentication);
        options.Listen = section.GetValue(nameof(options.Listen), options.Listen);
        options.DrainDelay = section.GetValue(nameof(options.DrainDelay), options.DrainDelay);
        options.GoAwayGrace = section.GetValue(nameof(options.GoAwayGrace), options.GoAwayGrace);
        options.BackplaneHeartbeat = section.GetValue(nameof(options.BackplaneHeartbeat), options.BackplaneHeartbeat);
        options.EnableDetailedErrors = section.GetValue(nameof(options.EnableDetailedErrors), environment.IsDevelopment());
        options.CallTimeout = section.GetValue(nameof(options.CallTimeout), options.CallTimeout);
        options.RateLimitingPolicy = section.GetValue(nameof(options.RateLimitingPolicy), options.RateLimitingPolicy);
        options.IncludeLogScopes = section.GetValue(nameof(options.IncludeLogScopes), options.IncludeLogScopes);
        options.NamingPolicy = section.GetValue(nameof(options.NamingPolicy), options.NamingPolicy);
    }
}
