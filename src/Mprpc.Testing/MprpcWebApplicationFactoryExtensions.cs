using Microsoft.Extensions.DependencyInjection;
using Mprpc.Client;
using Mprpc.Testing;

namespace Microsoft.AspNetCore.Mvc.Testing;

/// <summary>Makes clients in memory for the application that a <see cref="WebApplicationFactory{TEntryPoint}"/> runs.</summary>
public static class MprpcWebApplicationFactoryExtensions
{
    /// <summary>Creates a client that calls the application in memory, without a port; what the factory overrides, the client sees.</summary>
    /// <typeparam name="TEntryPoint">A type of the application's assembly.</typeparam>
    /// <param name="factory">The factory; it starts the application.</param>
    /// <param name="endpoint">Which endpoint: its port (<c>"6000"</c>), its address (<c>"tcp://127.0.0.1:6000"</c>) or its name. Null: the only one.</param>
    /// <param name="configure">Sets the client's options, and what the server sees of its connections.</param>
    /// <returns> The client. A typed one: <c>factory.CreateMprpcClient().As&lt;ICalculator&gt;()</c>, or
    /// <c>factory.Services.CreateMprpcClient&lt;ICalculator&gt;()</c>.
    /// </returns>
    /// <exception cref="InvalidOperationException">The application has no MessagePack-RPC, or it is not clear which endpoint is meant.</exception>
    /// <remarks>There is no <c>factory.CreateMprpcClient&lt;T&gt;()</c>: C# would want the factory's own type argument written out as well.</remarks>
    public static MprpcClient CreateMprpcClient<TEntryPoint>(
        this WebApplicationFactory<TEntryPoint> factory, string? endpoint = null, Action<MprpcTestClientOptions>? configure = null)
        where TEntryPoint : class
    {
        ArgumentNullException.ThrowIfNull(factory);
        return factory.Services.CreateMprpcClient(endpoint, configure);
    }
}
