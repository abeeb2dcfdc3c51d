using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.AspNetCore.Security;
using Mprpc.Binding;
using Mprpc.CompilerServices;
using Mprpc.Dispatch;
using Mprpc.Serialization;

namespace Mprpc.AspNetCore.Model;

internal sealed class ServiceRegistration<[DynamicallyAccessedMembers(ServiceRegistration.NeededMembers)] TService> : ServiceRegistration
    where TService : class
{
    public override Type ServiceType => typeof(TService);

    public override IReadOnlyList<RpcMethod> BuildMethods(IServiceProvider services, MprpcNamingPolicy policy)
    {
        var lifetimes = services.GetRequiredService<ServiceLifetimes>();
        ServiceDescriptor? registered = lifetimes.Find(typeof(TService));
        Type? implementation = ImplementationType.Find(typeof(TService), registered);

        if (implementation is null && !SaysWhoMayCall())
        {
            throw Unknown(registered!);
        }

        var check = new ImplementationCheck(typeof(TService), implementation);
        IReadOnlyList<RpcMethod> methods = ServiceModel.Build(CreateTarget(services, lifetimes, registered, check), policy, Prefix);

        foreach (RpcMethod method in methods)
        {
            method.Metadata = MethodMetadata.Collect(method, typeof(TService), implementation, Conventions);
        }

        (check.Methods, check.Conventions) = (methods, Conventions);
        return methods;
    }

    /// <summary>Chooses, once, how each call gets its service, so that a call pays for a scope only where something scoped is in it.</summary>
    private static MprpcTarget<TService> CreateTarget(
        IServiceProvider services, ServiceLifetimes lifetimes, ServiceDescriptor? registered, ImplementationCheck check)
    {
        if (registered is null)
        {
            return new ActivatedTarget<TService>(services, lifetimes.NeedsScope(typeof(TService)));
        }

        return registered.Lifetime == ServiceLifetime.Singleton ? new SingletonTarget<TService>(services, check)
            : lifetimes.NeedsScope(typeof(TService)) ? new ScopedTarget<TService>(check)
            : new TransientTarget<TService>(services, check);
    }

    private static InvalidOperationException Unknown(ServiceDescriptor registered)
    {
        string service = TypeName.Of(typeof(TService));
        return new($"The class that implements {service} is unknown: its registration is a factory that does not name it, so what the class demands "
            + "([Authorize] and its like, filters, rate limits, timeouts) would not apply. Name the class, "
            + $"as in builder.Services.Add{registered.Lifetime}<{service}, TheClass>(provider => ...), or state at the mapping who may call: "
            + $"app.MapMprpcService<{service}>(...).RequireAuthorization(), or AllowAnonymous().");
    }

    private bool SaysWhoMayCall() => AuthorizationRules.AreIn(Conventions) || Conventions.Exists(item => item is IAllowAnonymous);
}
