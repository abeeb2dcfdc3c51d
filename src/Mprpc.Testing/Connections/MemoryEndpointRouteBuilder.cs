using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Mprpc.Testing.Connections;

/// <summary>What MapMprpcService needs of an application; HTTP endpoints that are mapped here are served by nobody.</summary>
internal sealed class MemoryEndpointRouteBuilder(IServiceProvider services) : IEndpointRouteBuilder
{
    public IServiceProvider ServiceProvider { get; } = services;

    public ICollection<EndpointDataSource> DataSources { get; } = [];

    public IApplicationBuilder CreateApplicationBuilder() => new ApplicationBuilder(ServiceProvider);
}
