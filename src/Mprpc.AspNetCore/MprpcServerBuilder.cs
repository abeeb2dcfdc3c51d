using Microsoft.Extensions.DependencyInjection;

namespace Mprpc.AspNetCore;

internal sealed class MprpcServerBuilder(IServiceCollection services) : IMprpcServerBuilder
{
    public IServiceCollection Services { get; } = services;
}
