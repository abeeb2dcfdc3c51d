using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>What types are made of.</summary>
internal static class TypeGraph
{
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
