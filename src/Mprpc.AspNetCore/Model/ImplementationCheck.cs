using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;
using Mprpc.Binding;
using Mprpc.Dispatch;
using Mprpc.Serialization;

namespace Mprpc.AspNetCore.Model;

/// <summary>
/// Holds the objects that a service's registration really makes against what was known at start-up: one whose class demands more than its methods were
/// published with is not called. Safe for concurrent use.
/// </summary>
/// <param name="service">The type that is served.</param>
/// <param name="known">The class whose attributes count; null: it was not known, and the mapping has said who may call.</param>
internal sealed class ImplementationCheck([DynamicallyAccessedMembers(ServiceRegistration.NeededMembers)] Type service, Type? known)
{
    private readonly ConcurrentDictionary<Type, string?> _problems = new();
    private Type? _passed = known;

    /// <summary>The methods as they are published.</summary>
    public IReadOnlyList<RpcMethod> Methods { get; set; } = [];

    public IReadOnlyList<object> Conventions { get; set; } = [];

    /// <summary>The object, if it may be called.</summary>
    /// <exception cref="InvalidOperationException">Its class demands more than was known.</exception>
    public T Pass<T>(T made)
        where T : class
    {
        if (made.GetType() != _passed)
        {
            Look(made.GetType());
        }

        return made;
    }

    private void Look(Type type)
    {
        string? problem = _problems.GetOrAdd(type, Compare);

        if (problem is not null)
        {
            throw new InvalidOperationException(
                $"{TypeName.Of(service)} is served, and its registration has made a {type}, "
                + $"which demands what was not known when the application started: {problem} "
                + $"None of its methods is called. Register the class, as in AddScoped<{TypeName.Of(service)}, {TypeName.Of(type)}>(), "
                + "or state the same at the mapping.");
        }

        _passed = type;
    }

    [UnconditionalSuppressMessage(
        "Trimming", "IL2067", Justification = "Under native AOT, MethodMetadata refuses a class whose methods may not have been kept.")]
    private string? Compare(Type type)
    {
        foreach (RpcMethod method in Methods)
        {
            IReadOnlyList<object> demanded = MethodMetadata.Collect(method, service, type, Conventions);
            bool isForAnyone = demanded.Any(item => item is IAllowAnonymous);

            if (demanded.FirstOrDefault(item => Binds(item, isForAnyone) && !method.Metadata.Contains(item)) is { } missing)
            {
                return $"[{missing.GetType().Name}] of {method.Description.Name}.";
            }

            if (method.Metadata.FirstOrDefault(item => item is IAllowAnonymous or DisableRateLimitingAttribute && !demanded.Contains(item)) is { } lifted)
            {
                return $"{method.Description.Name} has no [{lifted.GetType().Name}] there.";
            }
        }

        return null;
    }

    /// <summary>
    /// Whether calls of the method would be treated otherwise, by us or by a filter that looks at the metadata; what the compiler and the runtime put there is
    /// not asked.
    /// </summary>
    private static bool Binds(object item, bool isForAnyone) => item switch
    {
        IAllowAnonymous or DisableRateLimitingAttribute => false,
        IMprpcFilter => true,
        IAuthorizeData or AuthorizationPolicy or IAuthorizationRequirementData => !isForAnyone,
        _ => item.GetType().Namespace?.StartsWith("System", StringComparison.Ordinal) != true,
    };
}
