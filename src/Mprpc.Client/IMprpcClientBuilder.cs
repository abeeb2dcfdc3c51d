using Microsoft.Extensions.DependencyInjection;

namespace Mprpc.Client;

/// <summary>Sets how a client that was added with <c>AddMprpcClient</c> connects and calls.</summary>
public interface IMprpcClientBuilder
{
    /// <summary>The client's name: of its options, and of its section in the configuration.</summary>
    string Name { get; }

    /// <summary>The application's services.</summary>
    IServiceCollection Services { get; }
}
