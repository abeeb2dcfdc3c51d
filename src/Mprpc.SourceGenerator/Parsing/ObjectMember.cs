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

    /// <summary>The members of a type as reflection lists them: its own first, then those of its base types; properties before fields.</summary>
    public static List<ObjectMember> Of(INamedTypeSymbol type, Compilation compilation)
    {
        List<ISymbol> all = [];

        for (INamedTypeSymbol? level = type; level is { SpecialType: not (SpecialType.System_Object or SpecialType.System_ValueType) }; level = level.BaseType)
        {
            all.AddRange(level.GetMembers().Where(member => !all.Any(known => known is IPropertySymbol { OverriddenProperty: { } below }
                && SymbolEqualityComparer.Default.Equals(below, member))));
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
