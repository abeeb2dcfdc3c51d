using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>What types are made of.</summary>
internal static class TypeGraph
{
    // Members that name their type with ever larger arguments (Node<T> with a Node<List<T>>) would never end. Each level may branch.
    private const int MostGenericLevels = 6;

    /// <summary>Whether type arguments nest deeper than any value needs.</summary>
    public static bool IsEndless(ITypeSymbol type) => Depth(type, MostGenericLevels) > MostGenericLevels;

    private static int Depth(ITypeSymbol type, int most) => most < 0 ? 1 : type switch
    {
        IArrayTypeSymbol array => 1 + Depth(array.ElementType, most - 1),
        INamedTypeSymbol { TypeArguments.IsEmpty: false } generic => 1 + generic.TypeArguments.Max(argument => Depth(argument, most - 1)),
        _ => 0,
    };

    /// <summary>Whether values of a type may contain others of it.</summary>
    /// <param name="type">The type.</param>
    /// <param name="contents">The types that each type is made of.</param>
    public static bool ContainsItself(ITypeSymbol type, IReadOnlyDictionary<ITypeSymbol, IReadOnlyList<ITypeSymbol>> contents)
    {
        var seen = new HashSet<ITypeSymbol>(SymbolEqualityComparer.Default);
        var open = new Stack<ITypeSymbol>(contents[type]);

        while (open.Count > 0)
        {
            ITypeSymbol content = open.Pop();

            if (SymbolEqualityComparer.Default.Equals(content, type))
            {
                return true;
            }

            if (seen.Add(content) && contents.TryGetValue(content, out IReadOnlyList<ITypeSymbol>? inner))
            {
                foreach (ITypeSymbol next in inner)
                {
                    open.Push(next);
                }
            }
        }

        return false;
    }
}
