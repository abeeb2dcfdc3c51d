using Microsoft.Extensions.DependencyInjection;
using Mprpc.Client;
using Mprpc.Testing;

namespace Microsoft.Extensions.Hosting;

/// <summary>Makes clients in memory for a host under test, a <c>WebApplication</c> or any other.</summary>
public static class MprpcHostExtensions
{
    /// <summary>Creates a client that calls the application in memory, without a port.</summary>
    /// <param name="host">The started application.</param>
    /// <param name="endpoint">Which endpoint: its port (<c>"6000"</c>), its address (<c>"tcp://127.0.0.1:6000"</c>) or its name. Null: the only one.</param>
    /// <param name="configure">Sets the client's options, and what the server sees of its connections.</param>
    /// <exception cref="InvalidOperationException">The application has not started or has no MessagePack-RPC, or it is not clear which endpoint is
    /// meant.</exception>
    public static MprpcClient CreateMprpcClient(this IHost host, string? endpoint = null, Action<MprpcTestClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Services.CreateMprpcClient(endpoint, configure);
    }

    /// <summary>Creates a typed client that calls the application in memory, without a port.</summary>
    /// <typeparam name="T">The contract: an interface marked [MprpcService].</typeparam>
    /// <param name="host">The started application.</param>
    /// <param name="endpoint">Which endpoint: its port, its address or its name. Null: the only one.</param>
    /// <param name="configure">Sets the client's options, and what the server sees of its connections.</param>
    /// <exception cref="InvalidOperationException">As for the untyped client; or the interface is no contract.</exception>
    public static T CreateMprpcClient<T>(this IHost host, string? endpoint = null, Action<MprpcTestClientOptions>? configure = null)
        where T : class
        => host.CreateMprpcClient(endpoint, configure).As<T>();
}
