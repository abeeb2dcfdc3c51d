using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>A property or field that stands on the wire.</summary>
internal sealed class ObjectMember(ISymbol symbol, Compilation compilation)
{
    public ISymbol Symbol { get; } = symbol;

    public string Name => Symbol.Name;

    public ITypeSymbol Type => TypeOf(Symbol);

    /// <summary>The type with the type parameters of a generic type that declares the member.</summary>
    public ITypeSymbol DeclaredType => TypeOf(Symbol.OriginalDefinition);

    /// <summary>What [Key] says, a number or a name; null where it says nothing.</summary>
    public object? Key { get; } = KeyOf(symbol);

    public bool IsReadable => Symbol is IFieldSymbol || (Symbol is IPropertySymbol { GetMethod: { } get } && IsVisible(get));

    /// <summary>A setter that is not public sets what a peer has sent all the same: else the member would be lost without a word.</summary>
    public bool IsWritable
        => Symbol is IFieldSymbol { IsReadOnly: false } || (Symbol is IPropertySymbol { SetMethod: { } set } && (IsVisible(set) || IsReadable));

    /// <summary>Whether the language does not let other code set it, or not after construction.</summary>
    public bool IsHidden => Symbol is IPropertySymbol { SetMethod: { } set } && (set.IsInitOnly || !IsVisible(set));

    /// <summary>The type of the elements where it is a collection that its owner has made, and that is filled; else null.</summary>
    public ITypeSymbol? Filling => IsReadable && !IsWritable && Symbol is IPropertySymbol ? CollectionFormatters.FilledElementOf(Type) : null;

    /// <summary>Whether it holds something of its own that cannot be set: a property without a setter that computes nothing, or a field.</summary>
    public bool IsState
        => Symbol is IFieldSymbol { IsReadOnly: true }
            || (Symbol is IPropertySymbol
                && Symbol.ContainingType.GetMembers().OfType<IFieldSymbol>()
                    .Any(own => SymbolEqualityComparer.Default.Equals(own.AssociatedSymbol, Symbol)));

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

            foreach (IPropertySymbol known in all.OfType<IPropertySymbol>()
                .Where(known => members.Contains(known.OverriddenProperty, SymbolEqualityComparer.Default)).ToList())
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

    /// <summary>The internal properties and fields that hold something: they are not sent.</summary>
    public static IEnumerable<ObjectMember> InternalOf(INamedTypeSymbol type, Compilation compilation)
        => LevelsOf(type).SelectMany(level => level.GetMembers())
            .Where(member => member is { IsStatic: false, IsImplicitlyDeclared: false }
                    and (IPropertySymbol { IsIndexer: false, ExplicitInterfaceImplementations.IsEmpty: true } or IFieldSymbol { IsConst: false })
                && member.DeclaredAccessibility is Accessibility.Internal or Accessibility.ProtectedOrInternal
                && !IsIgnored(member))
            .Select(member => new ObjectMember(member, compilation))
            .Where(member => member.Symbol is IFieldSymbol || member.IsState);

    /// <summary>Whether objects of a type hold something that nobody has said to leave out.</summary>
    public static bool HoldSomething(INamedTypeSymbol type)
        => LevelsOf(type).SelectMany(level => level.GetMembers()).OfType<IFieldSymbol>()
            .Any(field => field is { IsStatic: false, IsConst: false }
                && !IsIgnored(field)
                && (field.AssociatedSymbol is null || !IsIgnored(field.AssociatedSymbol)));

    private static ITypeSymbol TypeOf(ISymbol symbol) => symbol is IPropertySymbol property ? property.Type : ((IFieldSymbol)symbol).Type;

    private static IEnumerable<INamedTypeSymbol> LevelsOf(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? level = type; level is { SpecialType: not (SpecialType.System_Object or SpecialType.System_ValueType) }; level = level.BaseType)
        {
            yield return level;
        }
    }

    private static bool IsIgnored(ISymbol symbol)
        => symbol.Has("MessagePack.IgnoreMemberAttribute") || symbol.Has("System.Runtime.Serialization.IgnoreDataMemberAttribute");

    private static bool IsMember(ISymbol symbol)
        => symbol is { IsStatic: false, IsImplicitlyDeclared: false }
            && symbol is IPropertySymbol { IsIndexer: false } or IFieldSymbol { IsConst: false, DeclaredAccessibility: Accessibility.Public }
            && !symbol.IsStatic
            && !IsIgnored(symbol);

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
