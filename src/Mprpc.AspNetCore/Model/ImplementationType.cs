using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace Mprpc.AspNetCore.Model;

/// <summary>Tells which class runs behind a service from how it is registered. Used at start-up only.</summary>
internal static class ImplementationType
{
    /// <summary>The class, or a class that the objects are or derive from; null where the registration does not say.</summary>
    /// <param name="service">The type that is served.</param>
    /// <param name="registered">Its registration; null: it is none, and the type itself is created.</param>
    [UnconditionalSuppressMessage("Trimming", "IL2073", Justification = "As below.")]
    [UnconditionalSuppressMessage(
        "Trimming", "IL2063", Justification = "Under native AOT, MethodMetadata refuses a class whose methods may not have been kept.")]
    [return: DynamicallyAccessedMembers(ServiceRegistration.NeededMembers)]
    public static Type? Find([DynamicallyAccessedMembers(ServiceRegistration.NeededMembers)] Type service, ServiceDescriptor? registered)
    {
        if (registered is null)
        {
            return service;
        }

        if ((registered.ImplementationInstance?.GetType() ?? registered.ImplementationType) is { } type)
        {
            return type.ContainsGenericParameters ? Close(type, service) : type;
        }

        // AddScoped<IShop, Shop>(provider => ...) is a Func<IServiceProvider, Shop>.
        Type said = registered.ImplementationFactory!.GetType().GenericTypeArguments[^1];
        return !said.IsAbstract && said.IsAssignableTo(service) ? said : service.IsAbstract ? null : service;
    }

    /// <summary>An open generic class with the type arguments of the service, as the container closes it.</summary>
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "The container makes the same type; where it cannot, the service cannot be made.")]
    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = "As above.")]
    private static Type Close(Type type, Type service)
    {
        try
        {
            return type.MakeGenericType(service.GenericTypeArguments);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidOperationException(
                $"{service} is registered as {type}, which cannot be made for it: {exception.Message} "
                + $"Register a class for {service} itself, or map another type.",
                exception);
        }
    }
}
