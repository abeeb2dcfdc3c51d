using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Backplane;
using Mprpc.Connections;

namespace Mprpc.AspNetCore.Clients;

/// <summary>What <c>AddMprpc()</c> adds so that the server can call its clients.</summary>
internal static class ClientServices
{
    public static void Add(IServiceCollection services)
    {
        services.TryAddSingleton<ClientRegistry>();
        services.TryAddSingleton<ConnectionObservers>();
        services.TryAddSingleton<BackplaneClients>();
        services.TryAddSingleton<ClientCalls>(static provider =>
        {
            MprpcServerOptions options = provider.GetRequiredService<IOptions<MprpcServerOptions>>().Value;
            ConnectionLimits limits = options.Limits.ToConnectionLimits();
            return new ServerClientCalls(provider.GetRequiredService<ClientRegistry>(), FindRemote(provider), options.Serializer, limits);
        });
        services.TryAddSingleton<IMprpcGroups>(
            static provider => new ClientGroups(provider.GetRequiredService<ClientRegistry>(), FindRemote(provider)));
        services.TryAddSingleton<IMprpcClients>(
            static provider => new UntypedClients(provider.GetRequiredService<ClientCalls>(), provider.GetRequiredService<IMprpcGroups>()));
        services.TryAdd(ServiceDescriptor.Singleton(typeof(IMprpcClients<>), typeof(TypedClients<>)));
    }

    /// <summary>The clients of other servers; null: there is no backplane, and so no other server.</summary>
    public static BackplaneClients? FindRemote(IServiceProvider services)
        => services.GetService<IMprpcBackplane>() is null ? null : services.GetRequiredService<BackplaneClients>();
}
