using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore;
using Mprpc.AspNetCore.Hosting;
using Mprpc.AspNetCore.Model;
using Mprpc.Connections;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds MessagePack-RPC to an application.</summary>
public static class MprpcServiceCollectionExtensions
{
    private const string ConfigurationSection = "Mprpc";

    /// <summary>Adds the MessagePack-RPC server. Options come from the configuration section <c>Mprpc</c>, then from <paramref name="configure"/>, and are checked at start-up.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets options in code.</param>
    /// <returns>A builder for the server's services. Map them with <c>app.MapMprpcService&lt;T&gt;(port)</c>, or put them on a listener of your own with <c>UseMessagePackRpc()</c>.</returns>
    public static IMprpcServerBuilder AddMprpc(this IServiceCollection services, Action<MprpcServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);

        OptionsBuilder<MprpcServerOptions> options = services.AddOptions<MprpcServerOptions>().Configure<IConfiguration>(Bind).ValidateOnStart();

        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MprpcServerOptions>, MprpcServerOptionsValidator>());
        services.TryAddSingleton(new ServiceLifetimes(services));
        services.TryAddSingleton(static provider => new RunningCallsTotal(provider.GetRequiredService<IOptions<MprpcServerOptions>>().Value.Limits.MaxCallsInFlight));
        services.TryAddSingleton<RpcEndpoints>();
        services.TryAddSingleton<DirectConnections>();
        services.TryAddSingleton<RpcServer>();
        services.TryAddSingleton<IMprpcServer>(static provider => provider.GetRequiredService<RpcServer>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RpcServer>(static provider => provider.GetRequiredService<RpcServer>()));
        return new MprpcServerBuilder(services);
    }

    /// <summary>Adds a service to those that <c>UseMessagePackRpc()</c> serves where it names none. Registers the class as transient where it is not registered yet.</summary>
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

    /// <summary>Member by member: the serializer's options are no matter of configuration, and bound by reflection they would not survive trimming.</summary>
    private static void Bind(MprpcServerOptions options, IConfiguration configuration)
    {
        IConfigurationSection section = configuration.GetSection(ConfigurationSection);
        section.GetSection(nameof(options.Limits)).Bind(options.Limits);
        options.Listen = section.GetValue(nameof(options.Listen), options.Listen);
        options.EnableDetailedErrors = section.GetValue(nameof(options.EnableDetailedErrors), options.EnableDetailedErrors);
        options.NamingPolicy = section.GetValue(nameof(options.NamingPolicy), options.NamingPolicy);
    }
}
