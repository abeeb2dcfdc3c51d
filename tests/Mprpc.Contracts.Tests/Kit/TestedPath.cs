using System.Reflection;

namespace Mprpc.Contracts.Tests.Kit;

/// <summary>Whether the contracts of this assembly were compiled with the generator or without it, as its project says.</summary>
internal static class TestedPath
{
    public static bool IsGenerated { get; } = typeof(TestedPath).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Contracts").Value == "generated";
}
