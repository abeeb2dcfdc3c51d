using Mprpc.Serialization;
using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Types whose values are no data: the same as NotData in Mprpc.Core refuses at run time.</summary>
internal static class NotData
{
    /// <summary>Whether the type, or one that it derives from, is no data.</summary>
    public static bool Is(ITypeSymbol type)
    {
        for (ITypeSymbol? at = type; at is not null; at = at.BaseType)
        {
            string name = $"{at.ContainingNamespace?.ToDisplayString()}.{at.Name}";

            if (NotDataNames.OfRuntime.Contains(name) || NotDataNames.SlowToFill.Contains(name))
            {
                return true;
            }
        }

        return false;
    }
}
