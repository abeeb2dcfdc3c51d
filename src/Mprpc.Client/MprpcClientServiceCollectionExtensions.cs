using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Mprpc.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds MessagePack-RPC clients to an application.</summary>
public static class MprpcClientServiceCollectionExtensions
{
    private const string ConfigurationSection = "Mprpc:Clients";

    /// <summary>
    /// Adds a client: <typeparamref name="T"/> can be injected, plain or keyed with <paramref name="name"/>, and the <see cref="MprpcClient"/> behind it keyed. It is one client for the
    /// whole application, connects at its first call, logs to the application's log and is disposed with it.
    /// </summary>
    /// <typeparam name="T">The contract: an interface marked [MprpcService].</typeparam>
    /// <param name="services">The application's services.</param>
    /// <param name="name">
    /// The client's name. Its address is <c>Mprpc:Clients:NAME:Url</c> or <c>ConnectionStrings:NAME</c> of the configuration; the other values of the section are its options. Or the
    /// address itself, such as <c>tcp://127.0.0.1:6000</c>.
    /// </param>
    /// <param name="configure">Sets options in code, after the configuration.</param>
    /// <returns>The services.</returns>
    /// <remarks>That the configuration has no address is reported when the client is first resolved.</remarks>
    public static IServiceCollection AddMprpcClient<T>(this IServiceCollection services, string name, Action<MprpcClientOptions>? configure = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        services.AddKeyedSingleton(name, (provider, _) => Create(provider, name, configure));
        services.AddKeyedSingleton(name, static (provider, key) => provider.GetRequiredKeyedService<MprpcClient>(key).As<T>());
        return services.AddSingleton(provider => provider.GetRequiredKeyedService<T>(name));
    }

    private static MprpcClient Create(IServiceProvider provider, string name, Action<MprpcClientOptions>? configure)
    {
        var options = new MprpcClientOptions();
        options.LoggerFactory = provider.GetService<ILoggerFactory>() ?? options.LoggerFactory;
        options.TimeProvider = provider.GetService<TimeProvider>() ?? options.TimeProvider;
        IConfigurationSection? section = provider.GetService<IConfiguration>()?.GetSection($"{ConfigurationSection}:{name}");

        if (section is not null)
        {
            Bind(options, section);
        }

        configure?.Invoke(options);

        string? url = name.Contains("://", StringComparison.Ordinal) ? name : section?["Url"] ?? provider.GetService<IConfiguration>()?.GetConnectionString(name);
        return new MprpcClient(
            url ?? throw new InvalidOperationException(
                $"The client '{name}' has no address. Set {ConfigurationSection}:{name}:Url or ConnectionStrings:{name} in the configuration, or give AddMprpcClient the address itself (tcp://host:port)."),
            options);
    }

    /// <summary>Member by member: not all options are a matter of configuration, and bound by reflection they would not survive trimming.</summary>
    private static void Bind(MprpcClientOptions options, IConfigurationSection section)
    {
        options.ConnectTimeout = section.GetValue(nameof(options.ConnectTimeout), options.ConnectTimeout);
        options.CallTimeout = section.GetValue(nameof(options.CallTimeout), options.CallTimeout);
        options.ConnectionLifetime = section.GetValue(nameof(options.ConnectionLifetime), options.ConnectionLifetime);
        options.KeepAlive = section.GetValue(nameof(options.KeepAlive), options.KeepAlive);
        options.MaxConnections = section.GetValue(nameof(options.MaxConnections), options.MaxConnections);
        options.MaxInFlightPerConnection = section.GetValue(nameof(options.MaxInFlightPerConnection), options.MaxInFlightPerConnection);
        options.MaxCallsPerConnection = section.GetValue(nameof(options.MaxCallsPerConnection), options.MaxCallsPerConnection);
        options.MaxMessageSize = section.GetValue(nameof(options.MaxMessageSize), options.MaxMessageSize);
        options.MaxDepth = section.GetValue(nameof(options.MaxDepth), options.MaxDepth);
        options.OldSpec = section.GetValue(nameof(options.OldSpec), options.OldSpec);
        options.ErrorShape = section.GetValue(nameof(options.ErrorShape), options.ErrorShape);
        options.ResponseOrder = section.GetValue(nameof(options.ResponseOrder), options.ResponseOrder);
        options.NamingPolicy = section.GetValue(nameof(options.NamingPolicy), options.NamingPolicy);
        section.GetSection(nameof(options.Reconnect)).Bind(options.Reconnect);
    }
}
