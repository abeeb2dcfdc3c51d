using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.AspNetCore.Model;

namespace Mprpc.AspNetCore.Security;

/// <summary>
/// Tells, at start-up, of which policies the verdict depends on nothing but the principal, so that it holds as long as the caller is the same.
/// </summary>
/// <remarks>
/// That is so where the requirements are ASP.NET Core's own of roles, claims and names, and nothing of the application's can have a say: no handler that looks
/// at those requirements, or at all, and no replaced authorization service. Where it cannot be told, verdicts are not kept.
/// </remarks>
internal sealed class VerdictCaching
{
    private static readonly Type[] OfPrincipal =
    [
        typeof(DenyAnonymousAuthorizationRequirement), typeof(RolesAuthorizationRequirement),
        typeof(ClaimsAuthorizationRequirement), typeof(NameAuthorizationRequirement),
    ];

    private static readonly Type[] Parts =
    [
        typeof(IAuthorizationService), typeof(IAuthorizationHandlerProvider), typeof(IAuthorizationHandlerContextFactory),
        typeof(IAuthorizationEvaluator), typeof(IPolicyEvaluator),
    ];

    private readonly bool _isPossible;

    public VerdictCaching(ServiceLifetimes services)
        => _isPossible = Parts.All(part => IsFrameworks(services.Find(part))) && services.FindAll(typeof(IAuthorizationHandler)).All(HasNoSay);

    public bool CanKeep(AuthorizationPolicy policy)
        => _isPossible && policy.Requirements.All(requirement => OfPrincipal.Contains(requirement.GetType()));

    private static bool IsFrameworks(ServiceDescriptor? service)
        => service is { IsKeyedService: false, ImplementationType: { } type }
            && (type.Assembly == typeof(DefaultAuthorizationService).Assembly || type.Assembly == typeof(PolicyEvaluator).Assembly);

    private static bool HasNoSay(ServiceDescriptor service)
    {
        Type? handler = service.ImplementationType ?? service.ImplementationInstance?.GetType();
        return handler == typeof(PassThroughAuthorizationHandler) || (handler is not null && IsForOtherRequirements(handler));
    }

    /// <summary>Whether the handler is one of ASP.NET Core's base class, for a requirement of the application's own.</summary>
    private static bool IsForOtherRequirements(Type handler)
    {
        for (Type? type = handler; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType
                && (type.GetGenericTypeDefinition() == typeof(AuthorizationHandler<>) || type.GetGenericTypeDefinition() == typeof(AuthorizationHandler<,>)))
            {
                Type requirement = type.GenericTypeArguments[0];
                return !OfPrincipal.Any(requirement.IsAssignableFrom) && HandlesAs(type, handler);
            }
        }

        return false;
    }

    /// <summary>Whether the handler leaves to the base class which requirements it gets to see.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Where the mapping was trimmed away, verdicts are not kept: slower, never wrong.")]
    private static bool HandlesAs(Type baseType, Type handler)
    {
        try
        {
            return handler.GetInterfaceMap(typeof(IAuthorizationHandler)).TargetMethods is [{ } method] && method.DeclaringType == baseType;
        }
        catch (Exception exception) when (exception is NotSupportedException or ArgumentException)
        {
            return false;
        }
    }
}
