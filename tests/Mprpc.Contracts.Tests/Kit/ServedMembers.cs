using System.Diagnostics.CodeAnalysis;

namespace Mprpc.Contracts.Tests.Kit;

/// <summary>What MapMprpcService needs of a class; native AOT keeps it only if each generic method on the way says so.</summary>
internal static class ServedMembers
{
    public const DynamicallyAccessedMemberTypes All =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods
            | DynamicallyAccessedMemberTypes.NonPublicMethodsWithInherited
        | DynamicallyAccessedMemberTypes.Interfaces;
}
