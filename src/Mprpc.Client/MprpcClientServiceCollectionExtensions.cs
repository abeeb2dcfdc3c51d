using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Mprpc.Client;
using Mprpc.Client.Diagnostics;
using Mprpc.Client.Hosting;
using Mprpc.Transports;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds MessagePack-RPC clients to an application.</summary>
public static class MprpcClientServiceCollectionExtensions
{
    internal const string ConfigurationSection = "Mprpc:Clients";

    /// <summary>
    /// Adds a client: <typeparamref name="T"/> can be injected, plain or keyed with <paramref name="name"/>, and the <see cref="MprpcClient"/> behind it keyed.
    /// It is one client for the
    /// whole application, connects at its first call (or, by
    /// <see cref="MprpcClientOptions.ConnectAtStart"/>, when the application starts), logs to the application's log and is disposed with it.
    /// </summary>
    /// <typeparam name="T">The contract: an interface marked [MprpcService].</typeparam>
    /// <param name="services">The application's services.</param>
    /// <param name="name">
    /// The client's name. Its address is <c>Mprpc:Clients:NAME:Url</c> or <c>ConnectionStrings:NAME</c> of the configuration; the other values of the section
    /// are its options. Or the address itself, such as <c>tcp://127.0.0.1:6000</c>. Code may set <see cref="MprpcClientOptions.Url"/> as well.
    /// </param>
    /// <param name="configure">Sets options in code, after the configuration.</param>
    /// <returns>A builder for the client's further options.</returns>
    /// <remarks>
    /// The options are the named options <see cref="MprpcClientOptions"/> of that name: <c>services.Configure&lt;MprpcClientOptions&gt;(name, ...)</c> sets
    /// them too. They are read, and a missing
    /// address is reported, when the client is first resolved. Where the server's name may come to mean other machines, set
    /// <see cref="MprpcClientOptions.ConnectionLifetime"/>: a connection
    /// that is kept asks no DNS. For clients that differ, by their users for example, there is <see cref="IMprpcClientFactory"/>.
    /// </remarks>
    public static IMprpcClientBuilder AddMprpcClient<T>(this IServiceCollection services, string name, Action<MprpcClientOptions>? configure = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        OptionsBuilder<MprpcClientOptions> options = services.AddOptions<MprpcClientOptions>(name);

        // Once a name: several contracts may share a client, and what one has set in code is not to be undone by the next.
        if (!services.Any(service => service.ImplementationInstance is AddedClient added && added.Name == name))
        {
            services.AddSingleton(new AddedClient(name));
            services.TryAddSingleton<IMprpcClientFactory, MprpcClientFactory>();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ClientStart>());
            services.TryAddSingleton(static provider => new ClientMeter(provider.GetService<IMeterFactory>()));
            options.Configure<IServiceProvider>((values, provider) => SetFromApplication(values, provider, name));
            services.AddKeyedSingleton(name, (provider, _) => Create(provider, name));
        }

        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddSingleton(new AddedContract(typeof(T), name));
        services.AddKeyedSingleton(name, static (provider, key) => provider.GetRequiredKeyedService<MprpcClient>(key).As<T>());
        services.AddSingleton(provider => provider.GetRequiredKeyedService<T>(name));
        return new MprpcClientBuilder(name, services);
    }

    private static void SetFromApplication(MprpcClientOptions options, IServiceProvider provider, string name)
    {
        options.Extensions = MprpcExtensions.Always;
        options.Services = provider;
        options.Name = name;
        options.LoggerFactory = provider.GetService<ILoggerFactory>() ?? options.LoggerFactory;
        options.TimeProvider = provider.GetService<TimeProvider>() ?? options.TimeProvider;

        if (SectionOf(provider, name) is { } section)
        {
            Bind(options, section);
            options.Servers = ServersOf(section) ?? options.Servers;
        }

        options.Url = name.Contains("://", StringComparison.Ordinal) ? name : AddressOf(provider, name) ?? options.Url;
    }

    private static string? AddressOf(IServiceProvider provider, string name)
    {
        IConfiguration? configuration = provider.GetService<IConfiguration>();
        return configuration?[KeyOf(name)] ?? configuration?.GetConnectionString(name);
    }

    private static string KeyOf(string name) => $"{ConfigurationSection}:{name}:{nameof(MprpcClientOptions.Url)}";

    /// <summary>Says which key of the configuration has an address that is not valid; for the client's own callback, set in code, any is.</summary>
    private static void CheckAddress(MprpcClientOptions options, IServiceProvider provider, string name)
    {
        if (options.ConnectCallback is not null || options.Url is null || options.Url != AddressOf(provider, name))
        {
            return;
        }

        try
        {
            RpcAddress.Parse(options.Url);
        }
        catch (ArgumentException exception)
        {
            string key = provider.GetRequiredService<IConfiguration>()[KeyOf(name)] is not null ? KeyOf(name) : $"ConnectionStrings:{name}";
            throw new InvalidOperationException($"{key} of the configuration is not the address of a server. {exception.Message}", exception);
        }
    }

    private static IConfigurationSection? SectionOf(IServiceProvider provider, string name)
        => provider.GetService<IConfiguration>()?.GetSection($"{ConfigurationSection}:{name}");

    /// <summary>A list of addresses; or one name, all of whose addresses are servers.</summary>
    /// <exception cref="InvalidOperationException">One is not valid.</exception>
    private static MprpcServerSource? ServersOf(IConfigurationSection client)
    {
        IConfigurationSection section = client.GetSection(nameof(MprpcClientOptions.Servers));
        string[] servers = [.. section.GetChildren().Select(static server => server.Value).OfType<string>()];

        try
        {
            return servers.Length > 0 ? MprpcServerSource.Fixed(servers) : section.Value is { Length: > 0 } name ? MprpcServerSource.Dns(name) : null;
        }
        catch (ArgumentException exception)
        {
            throw new InvalidOperationException($"{section.Path} of the configuration does not tell servers. {exception.Message}", exception);
        }
    }

    /// <exception cref="InvalidOperationException">There is no address.</exception>
    private static MprpcClientOptions WithAddress(MprpcClientOptions options, string name)
        => options.Url is not null || options.ConnectCallback is not null || options.Servers is not null ? options : throw new InvalidOperationException(
            $"The client '{name}' has no address. Set {ConfigurationSection}:{name}:Url, {ConfigurationSection}:{name}:Servers:0 "
            + $"or ConnectionStrings:{name} in the configuration, "
            + "MprpcClientOptions.Url in code, or give AddMprpcClient the address itself (tcp://host:port).");

    private static MprpcClient Create(IServiceProvider provider, string name)
        => Create(provider, name, provider.GetRequiredService<IOptionsMonitor<MprpcClientOptions>>().Get(name));

    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; where the configuration has set it, the message names its key.</exception>
    internal static MprpcClient Create(IServiceProvider provider, string name, MprpcClientOptions options)
    {
        try
        {
            CheckAddress(options, provider, name);
            return new MprpcClient(WithAddress(options, name));
        }
        catch (ArgumentOutOfRangeException exception)
            when ($"{ConfigurationSection}:{name}:{exception.ParamName}" is var key && provider.GetService<IConfiguration>()?[key] is { } value)
        {
            throw new ArgumentOutOfRangeException($"{key} of the configuration is {value}. {exception.Message}", exception);
        }
    }

    /// <summary>Member by member: not all options are a matter of configuration, and bound by reflection they would not survive trimming.</summary>
    private static void Bind(MprpcClientOptions options, IConfigurationSection section)
    {
        options.ConnectTimeout = section.GetValue(nameof(options.ConnectTimeout), options.ConnectTimeout);
        options.CallTimeout = section.GetValue(nameof(options.CallTimeout), options.CallTimeout);
        options.WaitForReady = section.GetValue(nameof(options.WaitForReady), options.WaitForReady);
        options.ConnectionLifetime = section.GetValue(nameof(options.ConnectionLifetime), options.ConnectionLifetime);
        options.PooledConnectionIdleTimeout = section.GetValue(nameof(options.PooledConnectionIdleTimeout), options.PooledConnectionIdleTimeout);
        options.KeepAlive = section.GetValue(nameof(options.KeepAlive), options.KeepAlive);
        options.MaxConnections = section.GetValue(nameof(options.MaxConnections), options.MaxConnections);
        options.MaxInFlightPerConnection = section.GetValue(nameof(options.MaxInFlightPerConnection), options.MaxInFlightPerConnection);
        options.MaxCallsPerConnection = section.GetValue(nameof(options.MaxCallsPerConnection), options.MaxCallsPerConnection);
        options.MaxMessageSize = section.GetValue(nameof(options.MaxMessageSize), options.MaxMessageSize);
        options.MaxSendMessageSize = section.GetValue(nameof(options.MaxSendMessageSize), options.MaxSendMessageSize);
        options.MaxSendDepth = section.GetValue(nameof(options.MaxSendDepth), options.MaxSendDepth);
        options.MaxDepth = section.GetValue(nameof(options.MaxDepth), options.MaxDepth);
        options.MaxStreamsPerConnection = section.GetValue(nameof(options.MaxStreamsPerConnection), options.MaxStreamsPerConnection);
        options.MaxStreamBytes = section.GetValue(nameof(options.MaxStreamBytes), options.MaxStreamBytes);
        options.MaxStreamBytesTotal = section.GetValue(nameof(options.MaxStreamBytesTotal), options.MaxStreamBytesTotal);
        options.MaxPlainStreamItems = section.GetValue(nameof(options.MaxPlainStreamItems), options.MaxPlainStreamItems);
        options.MaxPlainStreamBytes = section.GetValue(nameof(options.MaxPlainStreamBytes), options.MaxPlainStreamBytes);
        options.MaxPlainStreamTime = section.GetValue(nameof(options.MaxPlainStreamTime), options.MaxPlainStreamTime);
        options.OldSpec = section.GetValue(nameof(options.OldSpec), options.OldSpec);
        options.ErrorShape = section.GetValue(nameof(options.ErrorShape), options.ErrorShape);
        options.ResponseOrder = section.GetValue(nameof(options.ResponseOrder), options.ResponseOrder);
        options.MaxConnectedServers = section.GetValue(nameof(options.MaxConnectedServers), options.MaxConnectedServers);
        options.ServersRefreshInterval = section.GetValue(nameof(options.ServersRefreshInterval), options.ServersRefreshInterval);
        options.Extensions = section.GetValue(nameof(options.Extensions), options.Extensions);
        options.HeartbeatInterval = section.GetValue(nameof(options.HeartbeatInterval), options.HeartbeatInterval);
        options.HeartbeatTimeout = section.GetValue(nameof(options.HeartbeatTimeout), options.HeartbeatTimeout);
        options.AllowPlaintextCredentials = section.GetValue(nameof(options.AllowPlaintextCredentials), options.AllowPlaintextCredentials);
        string[] codes = [.. section.GetSection(nameof(options.MeasuredErrorCodes)).GetChildren().Select(code => code.Value).OfType<string>()];
        options.MeasuredErrorCodes = codes.Length > 0 ? codes : options.MeasuredErrorCodes;
        options.ConnectAtStart = section.GetValue(nameof(options.ConnectAtStart), options.ConnectAtStart);
        options.NamingPolicy = section.GetValue(nameof(options.NamingPolicy), options.NamingPolicy);
        section.GetSection(nameof(options.Reconnect)).Bind(options.Reconnect);
    }
}
