using System.Diagnostics.CodeAnalysis;
using Mprpc.Dispatch;

namespace Mprpc.AspNetCore.Model;

/// <summary>A service that an endpoint serves.</summary>
internal abstract class ServiceRegistration
{
    /// <summary>What must be kept of a service when the application is trimmed: its constructors for DI, its methods for the contract.</summary>
    internal const DynamicallyAccessedMemberTypes NeededMembers =
        DynamicallyAccessedMemberTypes.PublicConstructors
        | DynamicallyAccessedMemberTypes.PublicMethods
        | DynamicallyAccessedMemberTypes.NonPublicMethodsWithInherited
        | DynamicallyAccessedMemberTypes.Interfaces;

    public string? Prefix { get; set; }

    /// <summary>The address as it was written where the service was mapped to one, for errors; else null.</summary>
    public string? MappedTo { get; set; }

    /// <summary>What the mapping says of all methods of the service: attributes as one would write on it, and the like.</summary>
    public List<object> Conventions { get; } = [];

    public abstract Type ServiceType { get; }

    /// <summary>As errors name it.</summary>
    public override string ToString() => ServiceType.ToString();

    /// <summary>Makes the service's methods.</summary>
    /// <exception cref="InvalidOperationException">The service cannot be served; the message tells why and the remedy.</exception>
    public abstract IReadOnlyList<RpcMethod> BuildMethods(IServiceProvider services, MprpcNamingPolicy policy);
}
