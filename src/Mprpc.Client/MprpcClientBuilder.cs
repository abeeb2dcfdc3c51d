using Microsoft.Extensions.DependencyInjection;

namespace Mprpc.Client;

internal sealed class MprpcClientBuilder(string name, IServiceCollection services) : IMprpcClientBuilder
{
    public string Name { get; } = name;

    public IServiceCollection Services { get; } = services;
}
