using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Mprpc.Dispatch;

namespace Mprpc.Model;

/// <summary>Collects what is known of a published method besides how to call it: attributes, and what its mapping has added. Used at start-up only.</summary>
internal static class MethodMetadata
{
    /// <summary>Attributes of the contract interface, of the class, the mapping's own, attributes of the method in the interface and in the class: the most specific last.</summary>
    /// <param name="method">The published method.</param>
    /// <param name="implementation">The class behind it, where that is known.</param>
    /// <param name="conventions">What the mapping has added.</param>
    /// <exception cref="InvalidOperationException">The method is not found, so that its attributes are unknown.</exception>
    public static IReadOnlyList<object> Collect(
        RpcMethod method, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.Interfaces)] Type? implementation,
        IReadOnlyList<object> conventions)
    {
        if (method.Description.FindMethod is not { } find)
        {
            return conventions;
        }

        // Never taken for "no attributes": one of them may say who may call.
        MethodInfo declared = find() ?? throw new InvalidOperationException($"{method} is published, and not found by reflection, so that its attributes are unknown. Was it trimmed away?");
        List<object> metadata = [];

        if (declared.DeclaringType is { IsInterface: true } contract)
        {
            metadata.AddRange(contract.GetCustomAttributes(inherit: false));
        }

        if (implementation is { IsInterface: false })
        {
            metadata.AddRange(implementation.GetCustomAttributes(inherit: true));
        }

        metadata.AddRange(conventions);
        MethodInfo? implementing = implementation is { IsInterface: false } ? Implementation(implementation, declared) : null;

        // An override inherits its base method's attributes; what implements an interface's method does not inherit that one's.
        if (implementing is null || declared.DeclaringType is { IsInterface: true })
        {
            metadata.AddRange(declared.GetCustomAttributes(inherit: true));
        }

        metadata.AddRange(implementing?.GetCustomAttributes(inherit: true) ?? []);
        return metadata;
    }

    /// <summary>The class's own method that runs where a method of its contract, or of a base class, is called.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "A published method's implementation is called, so that it is kept.")]
    private static MethodInfo? Implementation(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.Interfaces)] Type implementation, MethodInfo declared)
    {
        if (declared.DeclaringType is not { IsInterface: true } contract)
        {
            return implementation.GetMethods().FirstOrDefault(method => method.GetBaseDefinition() == declared.GetBaseDefinition());
        }

        if (!implementation.IsAssignableTo(contract))
        {
            return null;
        }

        InterfaceMapping map = implementation.GetInterfaceMap(contract);
        int index = Array.IndexOf(map.InterfaceMethods, declared);
        return index < 0 ? null : map.TargetMethods[index];
    }
}
