using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Mprpc.Binding;

/// <summary>Finds the method of a class that runs when a method of an interface is called. Used at start-up only.</summary>
/// <remarks>
/// Native AOT has no <see cref="Type.GetInterfaceMap"/>. There the method is found by its name and signature, as compilers choose it. If it could be one method
/// or another, it is not known: attributes such as [Authorize] stand on it, so that a guess could let anyone in.
/// </remarks>
internal static class ImplementingMethod
{
    /// <summary>The method that runs; null if it is not known.</summary>
    /// <param name="type">A class that implements the interface.</param>
    /// <param name="declared">The interface's method.</param>
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "The method is one of the interface, which is kept.")]
    public static MethodInfo? Find(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.Interfaces)] Type type, MethodInfo declared)
    {
        InterfaceMapping map;

        try
        {
            map = type.GetInterfaceMap(declared.DeclaringType!);
        }
        catch (NotSupportedException)
        {
            return FindByName(type, declared);
        }

        int index = Array.IndexOf(map.InterfaceMethods, declared);
        return index < 0 ? null : map.TargetMethods[index];
    }

    /// <summary>The same without an interface map.</summary>
    /// <remarks>
    /// The runtime takes the nearest method from the last class up that names the interface, and the most special override of it. Reflection does not tell
    /// which class that is, if a base class has the interface too: C# seals a method that implements something and is not virtual, which tells it mostly.
    /// </remarks>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Interfaces are kept with the registered class.")]
    internal static MethodInfo? FindByName(Type type, MethodInfo declared)
    {
        Type contract = declared.DeclaringType!;
        Type[] interfaces = type.GetInterfaces();

        // Not itself, only one that varies to it: the runtime chooses among these by rules of its own.
        if (!interfaces.Contains(contract))
        {
            return null;
        }

        var name = new ExplicitName(declared, interfaces);
        MethodInfo? mostSpecial = null;

        for (Type? current = type; current is not null; current = current.BaseType)
        {
            bool implements = current.IsAssignableTo(contract);
            List<MethodInfo> methods = [.. MethodsOf(current).Where(method => method.IsVirtual && HasParametersOf(method, declared))];

            if (implements && name.IsAmong(methods, out MethodInfo? found))
            {
                return found;
            }

            if (methods.Find(method => method.Name == declared.Name) is not { } method)
            {
                continue;
            }

            if (!IsNewSlot(method))
            {
                mostSpecial ??= method;
                continue;
            }

            if (method.IsPublic && method.ReturnType == declared.ReturnType)
            {
                bool isFirst = !implements || current.BaseType?.IsAssignableTo(contract) != true;
                return (isFirst || ImplementsAgain(method, declared, interfaces)) && !methods.Exists(IsRenamed) ? mostSpecial ?? method : null;
            }

            mostSpecial = null;
        }

        // An override whose base method is not found: metadata is missing.
        return mostSpecial is null && !HasRenamed(type, declared) ? DefaultOf(declared, interfaces, name) : null;
    }

    /// <summary>
    /// Whether the method of a class, whose base class has the interface already, is there because the class names the interface again; else it may only hide
    /// the base class's method.
    /// </summary>
    private static bool ImplementsAgain(MethodInfo method, MethodInfo declared, Type[] interfaces)
        => method.IsFinal
            && interfaces.All(other => other == declared.DeclaringType || (declared.DeclaringType!.IsAssignableTo(other) && !Has(other, declared)));

    /// <summary>The body that the interface, or one that derives from it, gives the method.</summary>
    private static MethodInfo? DefaultOf(MethodInfo declared, Type[] interfaces, ExplicitName name)
    {
        List<(Type Interface, MethodInfo? Method)> found = [];

        foreach (Type type in interfaces)
        {
            if (type != declared.DeclaringType && type.IsAssignableTo(declared.DeclaringType))
            {
                // Without a body of its own, or with one that was trimmed away.
                if (!name.IsAmong([.. MethodsOf(type).Where(method => HasParametersOf(method, declared))], out MethodInfo? method))
                {
                    return null;
                }

                found.Add((type, method));
            }
        }

        found.RemoveAll(one => found.Exists(other => other.Interface != one.Interface && other.Interface.IsAssignableTo(one.Interface)));
        MethodInfo? body = found.Count == 0 ? declared : found.Count == 1 ? found[0].Method : null;
        return body is { IsAbstract: false } ? body : null;
    }

    /// <summary>Whether a class of the hierarchy has a method that implements something under a name of its own, as in Visual Basic.</summary>
    private static bool HasRenamed(Type type, MethodInfo declared)
    {
        for (Type? current = type; current?.IsAssignableTo(declared.DeclaringType) == true; current = current.BaseType)
        {
            if (MethodsOf(current).Any(method => method.ReturnType == declared.ReturnType && HasParametersOf(method, declared) && IsRenamed(method)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>C# seals what implements an interface, and is not virtual, only if it is public, or has the interface in its name.</summary>
    private static bool IsRenamed(MethodInfo method)
        => method is { IsPublic: false, IsVirtual: true, IsFinal: true } && IsNewSlot(method) && method.Name.AsSpan().IndexOfAny('.', '-') < 0;

    /// <summary>
    /// Whether the method begins anew, rather than override one of a base class. An override with another result is new for the runtime, and marked.
    /// </summary>
    private static bool IsNewSlot(MethodInfo method)
        => (method.Attributes & MethodAttributes.VtableLayoutMask) == MethodAttributes.NewSlot
            && !method.IsDefined(typeof(PreserveBaseOverridesAttribute), inherit: false);

    private static bool Has(Type type, MethodInfo declared) => MethodsOf(type).Any(method => method.Name == declared.Name && HasParametersOf(method, declared));

    [UnconditionalSuppressMessage(
        "Trimming", "IL2070", Justification = "Under native AOT only classes that are mapped themselves are looked at, whose methods are kept.")]
    private static MethodInfo[] MethodsOf(Type type)
        => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly);

    private static bool HasParametersOf(MethodInfo method, MethodInfo other)
        => !method.IsGenericMethodDefinition
            && method.GetParameters().Select(parameter => parameter.ParameterType)
                .SequenceEqual(other.GetParameters().Select(parameter => parameter.ParameterType));
}
