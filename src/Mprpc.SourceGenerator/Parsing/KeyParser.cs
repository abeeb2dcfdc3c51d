using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Finds the parts by which the keys of dictionaries and sets are hashed: of tuples, records, and structs that compare all their fields.</summary>
internal sealed class KeyParser(Compilation compilation)
{
    private readonly HashSet<ITypeSymbol> _seen = new(SymbolEqualityComparer.Default);
    private readonly List<KeyModel> _found = [];

    public IReadOnlyList<KeyModel> Found => _found;

    public void Add(ITypeSymbol type)
    {
        if (BuiltInFormatters.Covers(type)
            || type is not INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct } named
            || !_seen.Add(type)
            || TypeGraph.IsEndless(type)
            || Reach.WhyNot(type, compilation) is not null)
        {
            return;
        }

        List<(string Name, ITypeSymbol Type)> parts = [.. PartsOf(named)];

        if (parts.Count == 0)
        {
            return;
        }

        _found.Add(new KeyModel(TypeText.Bare(type), new EquatableArray<KeyPart>(parts.Select(part => new KeyPart(TypeText.Bare(part.Type), part.Name)))));
        parts.ForEach(part => Add(part.Type));
    }

    private IEnumerable<(string Name, ITypeSymbol Type)> PartsOf(INamedTypeSymbol type)
    {
        if (type.IsTupleType)
        {
            return type.TupleElements.Select((element, i) => ($"Item{i + 1}", element.Type));
        }

        if (type.Is("System.Collections.Generic.KeyValuePair"))
        {
            return [("Key", type.TypeArguments[0]), ("Value", type.TypeArguments[1])];
        }

        if (type.Is("System.Tuple"))
        {
            return type.GetMembers().OfType<IPropertySymbol>()
                .Where(item => item.DeclaredAccessibility == Accessibility.Public && !item.IsIndexer)
                .Select(item => (item.Name, item.Type));
        }

        return ComparesItsFields(type)
            ? ObjectMember.Of(type, byName: true, compilation).Where(member => member.IsReadable).Select(member => (member.Name, member.Type))
            : [];
    }

    private static bool ComparesItsFields(INamedTypeSymbol type)
        => type.OriginalDefinition.SpecialType != SpecialType.System_Nullable_T
            && (type.IsRecord || type.IsValueType)
            && !$"{type.ContainingNamespace.ToDisplayString()}.".StartsWith("System.", StringComparison.Ordinal)
            && !type.GetMembers(nameof(Equals)).OfType<IMethodSymbol>()
                .Any(equals => !equals.IsImplicitlyDeclared && !equals.IsStatic && equals.Parameters.Length == 1);
}
