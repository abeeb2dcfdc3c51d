using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>The generic formatters of MessagePack, which its resolvers make by reflection.</summary>
internal static class CollectionFormatters
{
    private const string Formatters = "global::MessagePack.Formatters.";
    private const string OwnFormatters = "global::Mprpc.CompilerServices.MprpcFormatting.";
    private const string Immutable = "global::MessagePack.ImmutableCollection.";

    private static readonly Dictionary<string, string> ByType = new(StringComparer.Ordinal)
    {
        ["System.Collections.Generic.List"] = Formatters + "ListFormatter",
        ["System.Collections.Generic.LinkedList"] = Formatters + "LinkedListFormatter",
        ["System.Collections.Generic.Queue"] = Formatters + "QueueFormatter",
        ["System.Collections.Generic.Stack"] = Formatters + "StackFormatter",
        ["System.Collections.Generic.HashSet"] = Formatters + "HashSetFormatter",
        ["System.Collections.Generic.IList"] = Formatters + "InterfaceListFormatter2",
        ["System.Collections.Generic.ICollection"] = Formatters + "InterfaceCollectionFormatter2",
        ["System.Collections.Generic.IEnumerable"] = Formatters + "InterfaceEnumerableFormatter",
        ["System.Collections.Generic.IReadOnlyList"] = Formatters + "InterfaceReadOnlyListFormatter",
        ["System.Collections.Generic.IReadOnlyCollection"] = Formatters + "InterfaceReadOnlyCollectionFormatter",
        ["System.Collections.Generic.ISet"] = Formatters + "InterfaceSetFormatter",
        ["System.Collections.Generic.IReadOnlySet"] = Formatters + "InterfaceReadOnlySetFormatter",
        ["System.Collections.Generic.Dictionary"] = Formatters + "DictionaryFormatter",
        ["System.Collections.Generic.SortedDictionary"] = Formatters + "SortedDictionaryFormatter",
        ["System.Collections.Generic.IDictionary"] = Formatters + "InterfaceDictionaryFormatter",
        ["System.Collections.Generic.IReadOnlyDictionary"] = Formatters + "InterfaceReadOnlyDictionaryFormatter",
        ["System.Collections.Generic.KeyValuePair"] = Formatters + "KeyValuePairFormatter",
        ["System.Collections.ObjectModel.ReadOnlyCollection"] = Formatters + "ReadOnlyCollectionFormatter",
        ["System.Collections.ObjectModel.ReadOnlyDictionary"] = Formatters + "ReadOnlyDictionaryFormatter",
        ["System.Collections.ObjectModel.ObservableCollection"] = Formatters + "ObservableCollectionFormatter",
        ["System.Collections.Concurrent.ConcurrentBag"] = Formatters + "ConcurrentBagFormatter",
        ["System.Collections.Concurrent.ConcurrentQueue"] = Formatters + "ConcurrentQueueFormatter",
        ["System.Collections.Concurrent.ConcurrentStack"] = Formatters + "ConcurrentStackFormatter",
        ["System.Collections.Concurrent.ConcurrentDictionary"] = Formatters + "ConcurrentDictionaryFormatter",
        ["System.Collections.Immutable.ImmutableArray"] = Immutable + "ImmutableArrayFormatter",
        ["System.Collections.Immutable.ImmutableList"] = Immutable + "ImmutableListFormatter",
        ["System.Collections.Immutable.ImmutableDictionary"] = Immutable + "ImmutableDictionaryFormatter",
        ["System.Collections.Immutable.ImmutableHashSet"] = Immutable + "ImmutableHashSetFormatter",
        ["System.Collections.Immutable.IImmutableList"] = Immutable + "InterfaceImmutableListFormatter",
        ["System.Collections.Immutable.IImmutableDictionary"] = Immutable + "InterfaceImmutableDictionaryFormatter",
        ["System.Collections.Immutable.IImmutableSet"] = Immutable + "InterfaceImmutableSetFormatter",
        ["System.Collections.Frozen.FrozenSet"] = Immutable + "FrozenSetFormatter",
        ["System.Collections.Frozen.FrozenDictionary"] = Immutable + "FrozenDictionaryFormatter",
        ["System.ArraySegment"] = Formatters + "ArraySegmentFormatter",
        ["System.Memory"] = Formatters + "MemoryFormatter",
        ["System.ReadOnlyMemory"] = Formatters + "ReadOnlyMemoryFormatter",
        ["System.Buffers.ReadOnlySequence"] = Formatters + "ReadOnlySequenceFormatter",
        ["System.Lazy"] = Formatters + "LazyFormatter",
        ["System.Tuple"] = Formatters + "TupleFormatter",
        ["System.Nullable"] = Formatters + "NullableFormatter",
    };

    /// <summary>
    /// Collections that formatters of ours fill, since a peer chooses the keys; those that MessagePack has formatters for only where a class derives from them.
    /// </summary>
    private static readonly Dictionary<string, string> Safe = new(StringComparer.Ordinal)
    {
        ["System.Collections.Generic.HashSet"] = "SetFormatter",
        ["System.Collections.Generic.Dictionary"] = "DictionaryFormatter",
        ["System.Collections.Generic.OrderedDictionary"] = "DictionaryFormatter",
        ["System.Collections.Concurrent.ConcurrentDictionary"] = "DictionaryFormatter",
        ["System.Collections.Generic.SortedList"] = "SortedListFormatter",
    };

    /// <summary>The collections whose first type argument is hashed.</summary>
    private static readonly HashSet<string> Keyed =
    [
        "HashSet", "ISet", "IReadOnlySet", "Dictionary", "IDictionary", "IReadOnlyDictionary", "ReadOnlyDictionary", "OrderedDictionary",
        "ConcurrentDictionary", "ImmutableDictionary", "ImmutableHashSet",
        "IImmutableDictionary", "IImmutableSet", "FrozenSet", "FrozenDictionary",
    ];

    /// <summary>The type of the keys that a collection hashes, or null.</summary>
    public static ITypeSymbol? KeyOf(ITypeSymbol type)
        => type.AllInterfaces.Prepend(type).OfType<INamedTypeSymbol>()
            .FirstOrDefault(known => known.Arity > 0
                && Keyed.Contains(known.Name)
                && known.ContainingNamespace.ToDisplayString().StartsWith("System.Collections.", StringComparison.Ordinal))
            ?.TypeArguments[0];

    /// <summary>The type of the elements where a type is a collection whose elements can be replaced, or null.</summary>
    public static ITypeSymbol? FilledElementOf(ITypeSymbol type)
        => type is INamedTypeSymbol named && !IsReadOnly(named)
            ? named.AllInterfaces.Prepend(named)
                .FirstOrDefault(known => known.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_ICollection_T)
                ?.TypeArguments[0]
            : null;

    private static bool IsReadOnly(INamedTypeSymbol type)
        => type.Name.StartsWith("ReadOnly", StringComparison.Ordinal)
            || type.ContainingNamespace.ToDisplayString() is "System.Collections.Immutable" or "System.Collections.Frozen";

    /// <summary>What makes the type's formatter, and the types in it; null where it is no such type.</summary>
    public static (string Expression, List<ITypeSymbol> Elements)? Of(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => OfArray(array),
        { TypeKind: TypeKind.Enum } => ($"new {Formatters}GenericEnumFormatter<{TypeText.Plain(type)}>()", []),
        INamedTypeSymbol { IsTupleType: true } tuple => Make(Formatters + "ValueTupleFormatter", (tuple.TupleUnderlyingType ?? tuple).TypeArguments),
        INamedTypeSymbol { Arity: > 0 } generic when ByType.TryGetValue(FullName(generic), out string? formatter) => Make(formatter, generic.TypeArguments),
        INamedTypeSymbol { TypeKind: TypeKind.Class, IsAbstract: false } own when own.InstanceConstructors.Any(IsDefault) => OfOwn(own),
        _ => null,
    };

    private static bool IsDefault(IMethodSymbol constructor) => constructor is { Parameters.Length: 0, DeclaredAccessibility: Accessibility.Public };

    /// <summary>A class that derives from a dictionary or a list, or is one of its own.</summary>
    private static (string, List<ITypeSymbol>)? OfOwn(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? at = type; at is not null; at = at.BaseType)
        {
            if (at.Arity > 0 && Safe.TryGetValue(FullName(at), out string? formatter))
            {
                return ($"{OwnFormatters}{formatter}<{Arguments(at)}, {TypeText.Plain(type)}>()", [.. at.TypeArguments]);
            }
        }

        INamedTypeSymbol? pairs = type.AllInterfaces.FirstOrDefault(known => known.Arity == 2 && known.Is("System.Collections.Generic.IDictionary"));
        INamedTypeSymbol? elements = type.AllInterfaces.FirstOrDefault(known
            => known.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_ICollection_T);

        return pairs is not null ? ($"new {Formatters}GenericDictionaryFormatter<{Arguments(pairs)}, {TypeText.Plain(type)}>()", [.. pairs.TypeArguments])
            : elements is not null
                ? ($"new {Formatters}GenericCollectionFormatter<{Arguments(elements)}, {TypeText.Plain(type)}>()", [.. elements.TypeArguments])
            : null;
    }

    private static string Arguments(INamedTypeSymbol type) => string.Join(", ", type.TypeArguments.Select(TypeText.Of));

    private static (string, List<ITypeSymbol>)? OfArray(IArrayTypeSymbol array) => array.Rank switch
    {
        1 => Make(Formatters + "ArrayFormatter", [array.ElementType]),
        2 => Make(Formatters + "TwoDimensionalArrayFormatter", [array.ElementType]),
        3 => Make(Formatters + "ThreeDimensionalArrayFormatter", [array.ElementType]),
        4 => Make(Formatters + "FourDimensionalArrayFormatter", [array.ElementType]),
        _ => null,
    };

    private static (string, List<ITypeSymbol>)? Make(string formatter, IReadOnlyList<ITypeSymbol> arguments)
        => ($"new {formatter}<{string.Join(", ", arguments.Select(TypeText.Of))}>()", [.. arguments]);

    private static string FullName(INamedTypeSymbol type) => $"{type.ContainingNamespace.ToDisplayString()}.{type.Name}";
}
