using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>A property or field that stands on the wire.</summary>
internal sealed class ObjectMember(ISymbol symbol, Compilation compilation)
{
    public ISymbol Symbol { get; } = symbol;

    public string Name => Symbol.Name;

    public ITypeSymbol Type => Symbol is IPropertySymbol property ? property.Type : ((IFieldSymbol)Symbol).Type;

    /// <summary>What [Key] says, a number or a name; null where it says nothing.</summary>
    public object? Key { get; } = KeyOf(symbol);

    public bool IsReadable => Symbol is IFieldSymbol || (Symbol is IPropertySymbol { GetMethod: { } get } && IsVisible(get));

    public bool IsWritable => Symbol is IFieldSymbol { IsReadOnly: false } || (Symbol is IPropertySymbol { SetMethod: { } set } && IsVisible(set));

    public bool IsInitOnly => Symbol is IPropertySymbol { SetMethod.IsInitOnly: true };

    public bool IsRequired => Symbol is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true };

    /// <summary>The members of a type in MessagePack's order: those of its base types first; properties before fields.</summary>
    /// <param name="type">The type.</param>
    /// <param name="byName">Whether names are the keys; else what overrides a member takes its place.</param>
    /// <param name="compilation">Where the code is to be.</param>
    public static List<ObjectMember> Of(INamedTypeSymbol type, bool byName, Compilation compilation)
    {
        List<ISymbol> all = [];

        for (INamedTypeSymbol? level = type; level is { SpecialType: not (SpecialType.System_Object or SpecialType.System_ValueType) }; level = level.BaseType)
        {
            List<ISymbol> members = [.. level.GetMembers()];

            foreach (IPropertySymbol known in all.OfType<IPropertySymbol>().Where(known => members.Contains(known.OverriddenProperty, SymbolEqualityComparer.Default)).ToList())
            {
                int place = members.IndexOf(known.OverriddenProperty!);
                members.RemoveAt(place);

                if (!byName)
                {
                    all.Remove(known);
                    members.Insert(place, known);
                }
            }

            all.InsertRange(0, members);
        }

        return [.. all.OfType<IPropertySymbol>().Concat<ISymbol>(all.OfType<IFieldSymbol>())
            .Where(IsMember)
            .Select(member => new ObjectMember(member, compilation))
            .Where(member => member.IsReadable || member.IsWritable)];
    }

    private static bool IsMember(ISymbol symbol)
        => symbol is { IsStatic: false, IsImplicitlyDeclared: false }
            && symbol is IPropertySymbol { IsIndexer: false } or IFieldSymbol { IsConst: false, DeclaredAccessibility: Accessibility.Public }
            && !symbol.IsStatic
            && !symbol.Has("MessagePack.IgnoreMemberAttribute")
            && !symbol.Has("System.Runtime.Serialization.IgnoreDataMemberAttribute");

    private static object? KeyOf(ISymbol symbol)
    {
        for (ISymbol? level = symbol; level is not null; level = (level as IPropertySymbol)?.OverriddenProperty)
        {
            if (level.Attribute("MessagePack.KeyAttribute") is { } key)
            {
                return key.ConstructorArguments.FirstOrDefault().Value;
            }
        }

        return null;
    }

    private bool IsVisible(IMethodSymbol accessor)
        => accessor.DeclaredAccessibility == Accessibility.Public && compilation.IsSymbolAccessibleWithin(accessor, compilation.Assembly);
}
