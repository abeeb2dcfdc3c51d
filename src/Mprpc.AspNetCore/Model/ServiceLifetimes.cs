using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Mprpc.AspNetCore.Model;

/// <summary>Tells from the application's registrations whether creating a service takes a scope. Used at start-up only.</summary>
internal sealed class ServiceLifetimes(IServiceCollection services)
{
    /// <summary>The registration that resolves a type, or null.</summary>
    public ServiceDescriptor? Find(Type type)
        => services.LastOrDefault(service => !service.IsKeyedService && service.ServiceType == type)
            ?? (type.IsGenericType
                ? services.LastOrDefault(service => !service.IsKeyedService && service.ServiceType == type.GetGenericTypeDefinition())
                : null);

    /// <summary>All registrations of a type.</summary>
    public IEnumerable<ServiceDescriptor> FindAll(Type type) => services.Where(service => !service.IsKeyedService && service.ServiceType == type);

    /// <summary>
    /// Whether something scoped, or something that must be disposed, is in the type or in what its constructor takes; true where it cannot be told.
    /// </summary>
    public bool NeedsScope(Type type) => NeedsScope(type, []);

    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "As below.")]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "Where constructors were trimmed away, a scope is made: slower, never wrong.")]
    private bool NeedsScope(Type type, HashSet<Type> visited)
    {
        if (type == typeof(IServiceScopeFactory) || !visited.Add(type))
        {
            return false;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>))
        {
            Type element = type.GenericTypeArguments[0];
            return services.Where(service => !service.IsKeyedService && service.ServiceType == element).Any(service => NeedsScope(service, visited));
        }

        ServiceDescriptor? registered = Find(type);
        return registered is not null ? NeedsScope(registered, visited) : type.IsAbstract || ConstructorNeedsScope(type, visited);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "As above.")]
    private bool NeedsScope(ServiceDescriptor service, HashSet<Type> visited) => service.Lifetime switch
    {
        ServiceLifetime.Singleton => false,
        ServiceLifetime.Scoped => true,

        // What a factory makes is not known, and a disposable transient of the root provider would live as long as the application.
        _ => service.ImplementationType is not { } implementation || IsDisposable(implementation) || ConstructorNeedsScope(implementation, visited),
    };

    private bool ConstructorNeedsScope([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type, HashSet<Type> visited)
    {
        ConstructorInfo[] constructors = type.GetConstructors();

        return constructors.Length != 1
            || constructors[0].GetParameters().Any(parameter
                => parameter.IsDefined(typeof(FromKeyedServicesAttribute)) || NeedsScope(parameter.ParameterType, visited));
    }

    private static bool IsDisposable(Type type) => type.IsAssignableTo(typeof(IDisposable)) || type.IsAssignableTo(typeof(IAsyncDisposable));
}
