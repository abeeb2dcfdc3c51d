using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Whether generated code can name a type.</summary>
internal static class Reach
{
    /// <summary>Why it cannot, or null where it can.</summary>
    public static string? WhyNot(ITypeSymbol type, Compilation compilation)
    {
        switch (type)
        {
            case ITypeParameterSymbol:
                return "it is a type parameter; mark the types that stand for it with [MprpcService]";

            case IArrayTypeSymbol array:
                return WhyNot(array.ElementType, compilation);

            case INamedTypeSymbol named:
                for (INamedTypeSymbol? outer = named; outer is not null; outer = outer.ContainingType)
                {
                    if (outer.IsFileLocal)
                    {
                        return $"{TypeText.DisplayName(outer)} is local to its file";
                    }

                    foreach (ITypeSymbol argument in outer.TypeArguments)
                    {
                        if (WhyNot(argument, compilation) is { } reason)
                        {
                            return reason;
                        }
                    }
                }

                return compilation.IsSymbolAccessibleWithin(type, compilation.Assembly)
                    ? null
                    : $"{TypeText.DisplayName(type)} is not accessible from other classes of the assembly; make it internal or public";

            default:
                return null;
        }
    }
}
