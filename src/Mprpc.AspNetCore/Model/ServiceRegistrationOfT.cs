using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.Contracts;
using Mprpc.Dispatch;
using Mprpc.Model;

namespace Mprpc.AspNetCore.Model;

internal sealed class ServiceRegistration<[DynamicallyAccessedMembers(ServiceRegistration.NeededMembers)] TService> : ServiceRegistration
    where TService : class
{
    public override Type ServiceType => typeof(TService);

    protected override IReadOnlyList<RpcMethod> CreateMethods(IServiceProvider services, MprpcNamingPolicy policy) => ServiceModel.Build(CreateTarget(services), policy, Prefix);

    /// <summary>The class that runs where the service is registered by its interface; the interface itself where a factory makes it, whose attributes nobody knows.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2073", Justification = "An implementation that is trimmed has no attributes that could be missed.")]
    [return: DynamicallyAccessedMembers(NeededMembers)]
    protected override Type Implementation(IServiceProvider services)
    {
        ServiceDescriptor? registered = services.GetRequiredService<ServiceLifetimes>().Find(typeof(TService));
        return registered?.ImplementationType is { ContainsGenericParameters: false } type ? type : registered?.ImplementationInstance?.GetType() ?? typeof(TService);
    }

    /// <summary>Chooses, once, how each call gets its service, so that a call pays for a scope only where something scoped is in it.</summary>
    private static MprpcTarget<TService> CreateTarget(IServiceProvider services)
    {
        var lifetimes = services.GetRequiredService<ServiceLifetimes>();

        if (lifetimes.Find(typeof(TService)) is not { } registered)
        {
            return new ActivatedTarget<TService>(services, lifetimes.NeedsScope(typeof(TService)));
        }

        return registered.Lifetime == ServiceLifetime.Singleton ? new SingletonTarget<TService>(services)
            : lifetimes.NeedsScope(typeof(TService)) ? new ScopedTarget<TService>()
            : new TransientTarget<TService>(services);
    }
}
