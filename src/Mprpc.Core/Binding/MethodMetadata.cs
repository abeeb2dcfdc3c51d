using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Mprpc.CompilerServices;
using Mprpc.Dispatch;
using Mprpc.Serialization;

namespace Mprpc.Binding;

/// <summary>Collects what is known of a published method besides how to call it: attributes, and what its mapping has added. Used at start-up only.</summary>
internal static class MethodMetadata
{
    /// <summary>What must be kept of a class when the application is trimmed, so that none of its attributes is lost.</summary>
    internal const DynamicallyAccessedMemberTypes Needed =
        DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethodsWithInherited | DynamicallyAccessedMemberTypes.Interfaces;

    /// <summary>
    /// Attributes of the contract interfaces, of the class, the mapping's own, attributes of the method in the interface and in the class: the most specific
    /// last.
    /// </summary>
    /// <param name="method">The published method.</param>
    /// <param name="service">The type that is served.</param>
    /// <param name="implementation">The class behind it, where that is known.</param>
    /// <param name="conventions">What the mapping has added.</param>
    /// <exception cref="InvalidOperationException">The method is not found, so that its attributes are unknown.</exception>
    public static IReadOnlyList<object> Collect(
        RpcMethod method,
        [DynamicallyAccessedMembers(Needed)] Type service,
        [DynamicallyAccessedMembers(Needed)] Type? implementation,
        IReadOnlyList<object> conventions)
    {
        if (method.Description.FindMethod is not { } find)
        {
            return conventions;
        }

        // Never taken for "no attributes": one of them may say who may call.
        MethodInfo declared = find() ?? throw Unknown(method, "is published, and not found by reflection");
        List<object> metadata = [];

        if (declared.DeclaringType is { IsInterface: true } contract)
        {
            foreach (Type publisher in ServiceContract.PublishersOf(service, contract).DefaultIfEmpty(contract))
            {
                metadata.AddRange(publisher.GetCustomAttributes(inherit: false));
            }
        }

        if (implementation is { IsInterface: false })
        {
            metadata.AddRange(implementation.GetCustomAttributes(inherit: true));
        }

        metadata.AddRange(conventions);

        // Native AOT keeps the methods of the type that is mapped, and of classes that generated code registers. Of others it may keep a base class's method
        // and not the override with its [Authorize].
        if (implementation is { IsInterface: false }
            && implementation != service
            && !RuntimeFeature.IsDynamicCodeSupported
            && !MprpcGeneratedServices.Keeps(implementation))
        {
            throw new InvalidOperationException(
                $"{method} runs in {implementation}, whose attributes, such as [Authorize], native AOT may not have kept: "
                + $"{service} is mapped, and no code was generated for the class. "
                + $"Mark the class, internal or public, with [MprpcService], or map it itself: app.MapMprpcService<{TypeName.Of(implementation)}>(...).");
        }

        MethodInfo? implementing = implementation is { IsInterface: false }
            ? Implementation(implementation, declared) ?? throw UnknownIn(implementation, method, declared)
            : null;

        method.Declarations = implementing is null || implementing == declared ? [declared] : [declared, implementing];

        // An override inherits its base method's attributes; what implements an interface's method does not inherit that one's.
        if (declared.DeclaringType is { IsInterface: true })
        {
            metadata.AddRange(declared.GetCustomAttributes(inherit: true));

            // Else it is the interface's own default implementation.
            if (implementing is not null && implementing != declared)
            {
                metadata.AddRange(implementing.GetCustomAttributes(inherit: true));
            }
        }
        else
        {
            metadata.AddRange((implementing ?? declared).GetCustomAttributes(inherit: true));
        }

        return metadata;
    }

    private static InvalidOperationException Unknown(RpcMethod method, string problem)
        => new($"{method} {problem}, so its attributes are unknown. Was it trimmed away?");

    private static InvalidOperationException UnknownIn(Type implementation, RpcMethod method, MethodInfo declared)
    {
        string problem = $"is not found in {implementation}, which is registered for it";
        return declared.DeclaringType is not { IsInterface: true } contract || RuntimeFeature.IsDynamicCodeSupported ? Unknown(method, problem)
            : new($"{method} {problem}, so its attributes are unknown: native AOT finds it by name, and no method or several match. "
                + $"Implement it explicitly in that class, as {TypeName.Of(contract)}.{declared.Name}, or give other methods other names.");
    }

    /// <summary>The class's own method that runs where a method of its contract, or of a base class, is called.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "A published method's implementation is called, so that it is kept.")]
    private static MethodInfo? Implementation(
        [DynamicallyAccessedMembers(Needed)] Type implementation, MethodInfo declared)
    {
        if (declared.DeclaringType is not { IsInterface: true } contract)
        {
            return implementation.GetMethods().FirstOrDefault(method => method.GetBaseDefinition() == declared.GetBaseDefinition());
        }

        return implementation.IsAssignableTo(contract) ? ImplementingMethod.Find(implementation, declared) : null;
    }
}
