using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Mprpc.Binding;

/// <summary>Which methods of a type are published, by reflection at start-up.</summary>
/// <remarks>Only what is meant to be: no members of object, accessors, statics, Dispose, or explicit implementations.</remarks>
internal static class ServiceContract
{
    private const DynamicallyAccessedMemberTypes Needed =
        DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.Interfaces;

    /// <summary>The prefix that the attribute of the type, or of its contract interface, sets; else null.</summary>
    public static string? PrefixOf([DynamicallyAccessedMembers(Needed)] Type service)
        => Sources(service).Select(source => source.GetCustomAttribute<MprpcServiceAttribute>()?.Prefix).FirstOrDefault(prefix => prefix is not null);

    /// <exception cref="InvalidOperationException">The type publishes no method.</exception>
    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "A source is the type itself, whose methods are kept, or an interface of it.")]
    public static IReadOnlyList<MethodInfo> MethodsOf([DynamicallyAccessedMembers(Needed)] Type service)
    {
        List<MethodInfo> methods = [.. Sources(service).SelectMany(source => source.IsInterface ? InterfaceMethods(source) : OwnMethods(source)).Distinct()];

        if (methods.Count == 0)
        {
            throw new InvalidOperationException(
                $"{service} publishes no method. "
                + "A service publishes its public instance methods, or those of an interface marked [MprpcService] that it implements; "
                + "make at least one method public, and not [MprpcIgnore].");
        }

        return methods;
    }

    /// <summary>
    /// The contracts through which a method of an interface is published, and the interfaces between: what stands on any of them is said of the method. The
    /// most special last.
    /// </summary>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Interfaces of a type are kept where the type's own interfaces are.")]
    public static IEnumerable<Type> PublishersOf([DynamicallyAccessedMembers(Needed)] Type service, Type declaring)
        => Sources(service)
            .Where(source => source == declaring || (source.IsInterface && source.IsAssignableTo(declaring) && IsFrom(declaring, source)))
            .SelectMany(source => source.GetInterfaces().Append(source))
            .Where(type => type == declaring || type.IsAssignableTo(declaring))
            .Distinct()
            .OrderBy(type => type.GetInterfaces().Length);

    /// <summary>The contract interfaces of the type where it has some, else the type itself.</summary>
    private static Type[] Sources([DynamicallyAccessedMembers(Needed)] Type service)
    {
        Type[] contracts = [.. service.GetInterfaces().Where(IsContract)];
        return service.IsInterface || contracts.Length == 0 ? [service] : contracts;
    }

    [UnconditionalSuppressMessage(
        "Trimming", "IL2070", Justification = "Interfaces of a type are kept with their methods where the type's own interfaces are.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "As above.")]
    private static IEnumerable<MethodInfo> InterfaceMethods(Type contract)
        => contract.GetInterfaces().Prepend(contract)
            .Where(type => type == contract || IsFrom(type, contract))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance))
            .Where(IsPublished);

    private static IEnumerable<MethodInfo> OwnMethods([DynamicallyAccessedMembers(Needed)] Type service)
    {
        HashSet<MethodInfo> ofFrameworks = OfFrameworks(service);
        return service.GetMethods(BindingFlags.Public | BindingFlags.Instance)
            .Where(method => IsFrom(method.DeclaringType!, service)
                && IsFrom(method.GetBaseDefinition().DeclaringType!, service)
                && IsPublished(method)
                && !IsDispose(method))
            .Where(method => method.IsDefined(typeof(MprpcMethodAttribute), inherit: false) || !ofFrameworks.Contains(method.GetBaseDefinition()));
    }

    /// <summary>What a framework calls, such as IHostedService.StopAsync, is not for peers, unless it is marked [MprpcMethod].</summary>
    [UnconditionalSuppressMessage(
        "Trimming", "IL2067", Justification = "Interfaces of a type are kept with their methods where the type's own interfaces are.")]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "As above.")]
    private static HashSet<MethodInfo> OfFrameworks([DynamicallyAccessedMembers(Needed)] Type service)
        => [.. service.GetInterfaces()
            .Where(type => type.Assembly != service.Assembly && IsFramework(type.Assembly.GetName().Name!))
            .SelectMany(type => service.GetInterfaceMap(type).TargetMethods)
            .Where(method => method is not null)
            .Select(method => method.GetBaseDefinition())];

    private static bool IsFramework(string assembly)
        => assembly.StartsWith("System.", StringComparison.Ordinal) || assembly.StartsWith("Microsoft.", StringComparison.Ordinal);

    /// <summary>
    /// A base type counts as the author's own where it stands in the same assembly, or is marked: a framework's base class publishes nothing.
    /// </summary>
    private static bool IsFrom(Type type, Type service) => type.Assembly == service.Assembly || IsContract(type);

    private static bool IsContract(Type type) => type.IsDefined(typeof(MprpcServiceAttribute), inherit: false);

    /// <summary>What the author wrote: not accessors and operators, nor what the compiler adds to a record.</summary>
    private static bool IsPublished(MethodInfo method)
        => !method.IsSpecialName
            && !method.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
            && !method.IsDefined(typeof(MprpcIgnoreAttribute), inherit: true);

    private static bool IsDispose(MethodInfo method)
        => method.GetParameters().Length == 0 && method.Name is nameof(IDisposable.Dispose) or nameof(IAsyncDisposable.DisposeAsync);
}
