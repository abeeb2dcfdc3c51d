using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>The collections that are read and written in place: as MessagePack's formatters do it, down to the type that is read.</summary>
internal static class ValueShapes
{
    private static readonly Dictionary<string, ValueShape> ByType = new(StringComparer.Ordinal)
    {
        ["System.Nullable"] = ValueShape.Nullable,
        ["System.Collections.Generic.List"] = ValueShape.List,
        ["System.Collections.Generic.IList"] = ValueShape.ListInterface,
        ["System.Collections.Generic.ICollection"] = ValueShape.ListInterface,
        ["System.Collections.Generic.IEnumerable"] = ValueShape.ArrayInterface,
        ["System.Collections.Generic.IReadOnlyList"] = ValueShape.ArrayInterface,
        ["System.Collections.Generic.IReadOnlyCollection"] = ValueShape.ArrayInterface,
        ["System.Collections.Generic.Dictionary"] = ValueShape.Dictionary,
        ["System.Collections.Generic.IDictionary"] = ValueShape.DictionaryInterface,
        ["System.Collections.Generic.IReadOnlyDictionary"] = ValueShape.DictionaryInterface,
    };

    /// <summary>The shape of a collection and the types in it; null where it is none of these.</summary>
    public static (ValueShape Shape, IReadOnlyList<ITypeSymbol> Parts)? Of(ITypeSymbol type)
    {
        (ValueShape Shape, IReadOnlyList<ITypeSymbol> Parts)? found = type switch
        {
            IArrayTypeSymbol { Rank: 1 } array => (ValueShape.Array, [array.ElementType]),
            INamedTypeSymbol { Arity: > 0 } generic
                when ByType.TryGetValue($"{generic.ContainingNamespace.ToDisplayString()}.{generic.Name}", out ValueShape shape)
                => (shape, generic.TypeArguments),
            _ => null,
        };

        // Bytes are binary in some collections and numbers in others: the serializer knows. And int[,][] is not what it reads like.
        return found is { } known && known.Parts.Any(part => IsOdd(part) && known.Shape != ValueShape.Nullable) ? null : found;
    }

    private static bool IsOdd(ITypeSymbol part) => part.SpecialType == SpecialType.System_Byte || part is IArrayTypeSymbol { Rank: > 1 };
}
