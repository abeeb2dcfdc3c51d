using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Chooses the constructor that decodes an object, as MessagePack chooses it.</summary>
internal sealed class ObjectConstructor(INamedTypeSymbol type, List<ObjectMember> members, bool isMap, bool byName, Compilation compilation)
{
    /// <summary>The members that the constructor takes, in its order; null where none fits.</summary>
    public List<ObjectMember>? Find()
    {
        List<IMethodSymbol> all = [.. type.InstanceConstructors.Where(constructor => compilation.IsSymbolAccessibleWithin(constructor, compilation.Assembly))];

        if (all.FirstOrDefault(constructor => constructor.Has("MessagePack.SerializationConstructorAttribute")) is { } chosen)
        {
            return Match(chosen);
        }

        return all.Where(constructor => constructor.DeclaredAccessibility == Accessibility.Public)
            .OrderByDescending(constructor => constructor.Parameters.Length)
            .Select(Match)
            .FirstOrDefault(match => match is not null);
    }

    private List<ObjectMember>? Match(IMethodSymbol constructor)
    {
        List<ObjectMember> taken = [];

        foreach (IParameterSymbol parameter in constructor.Parameters)
        {
            ObjectMember? member = isMap ? ByName(parameter.Name) : members.ElementAtOrDefault(parameter.Ordinal);

            if (member is not { IsReadable: true } || parameter.RefKind != RefKind.None || !IsTaken(member.Type, parameter.Type))
            {
                return null;
            }

            taken.Add(member);
        }

        return taken;
    }

    private bool IsTaken(ITypeSymbol member, ITypeSymbol parameter)
        => SymbolEqualityComparer.Default.Equals(parameter, member)
            || (member.IsReferenceType && compilation.ClassifyCommonConversion(member, parameter) is { IsImplicit: true, IsReference: true });

    private ObjectMember? ByName(string name)
    {
        List<ObjectMember> named = [.. members.Where(member => (!byName && string.Equals(member.Key as string, name, StringComparison.OrdinalIgnoreCase))
            || string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase))];
        return named.Count == 1 ? named[0] : null;
    }
}
