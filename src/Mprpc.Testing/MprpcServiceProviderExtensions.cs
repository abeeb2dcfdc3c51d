using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Mprpc;
using Mprpc.AspNetCore.Endpoints;
using Mprpc.Client;
using Mprpc.Testing;
using Mprpc.Testing.Connections;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Makes clients in memory for an application under test: no port, no socket, and the dispatch of the real thing.</summary>
public static class MprpcServiceProviderExtensions
{
    /// <summary>
    /// Creates a client that calls the application in memory; it connects at its first call, and again where a connection is lost, as every client does.
    /// </summary>
    /// <param name="services">The services of the started application: <c>factory.Services</c>, <c>host.Services</c>, <c>testServer.Services</c>.</param>
    /// <param name="endpoint">Which endpoint: its port (<c>"6000"</c>), its address (<c>"tcp://127.0.0.1:6000"</c>) or its name. Null: the only one.</param>
    /// <param name="configure">Sets the client's options, and what the server sees of its connections.</param>
    /// <returns>The client; its connections end with the application at the latest.</returns>
    /// <exception cref="InvalidOperationException">The application has not started or has no MessagePack-RPC, or it is not clear which endpoint is
    /// meant.</exception>
    public static MprpcClient CreateMprpcClient(this IServiceProvider services, string? endpoint = null, Action<MprpcTestClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ExternalConnections server = services.GetService<ExternalConnections>()
            ?? throw new InvalidOperationException("The application has no MessagePack-RPC server. Call builder.Services.AddMprpc() in it.");

        ServedEndpoint chosen = EndpointChoice.Choose(server.Endpoints, endpoint, "CreateMprpcClient(\"6000\")");
        var options = new MprpcTestClientOptions();
        options.Client.LoggerFactory = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        options.Client.TimeProvider = services.GetService<TimeProvider>() ?? options.Client.TimeProvider;
        configure?.Invoke(options);
        return new MprpcClient(new MemoryDialer($"{chosen} (in memory)", Accept), options.Client.Freeze());

        void Accept(MemoryLink link)
        {
            var connection = new MemoryConnectionContext(link);

            if (options.User is not null)
            {
                connection.User = options.User;
            }

            options.ConfigureConnection?.Invoke(connection);
            _ = server.ServeAsync(chosen, connection, CancellationToken.None);     // owned: ends with the server at the latest
        }
    }

    /// <summary>
    /// Creates a typed client that calls the application in memory; see
    /// <see cref="CreateMprpcClient(IServiceProvider, string, Action{MprpcTestClientOptions})"/>.
    /// </summary>
    /// <typeparam name="T">The contract: an interface marked [MprpcService].</typeparam>
    /// <param name="services">The services of the started application.</param>
    /// <param name="endpoint">Which endpoint: its port, its address or its name. Null: the only one.</param>
    /// <param name="configure">Sets the client's options, and what the server sees of its connections.</param>
    /// <exception cref="InvalidOperationException">As for the untyped client; or the interface is no contract.</exception>
    public static T CreateMprpcClient<T>(this IServiceProvider services, string? endpoint = null, Action<MprpcTestClientOptions>? configure = null)
        where T : class
        => services.CreateMprpcClient(endpoint, configure).As<T>();
}
