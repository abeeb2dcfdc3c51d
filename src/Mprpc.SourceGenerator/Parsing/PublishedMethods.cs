using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Which methods of a type are published: the same as ServiceContract in Mprpc.Core finds by reflection.</summary>
internal static class PublishedMethods
{
    public static bool IsContract(ITypeSymbol type) => type.Has(Names.ServiceAttribute);

    /// <summary>The contract interfaces of the type where it has some, else the type itself.</summary>
    public static IEnumerable<INamedTypeSymbol> Sources(INamedTypeSymbol service)
    {
        List<INamedTypeSymbol> contracts = [.. service.AllInterfaces.Where(IsContract)];
        return service.TypeKind == TypeKind.Interface || contracts.Count == 0 ? [service] : contracts;
    }

    public static List<IMethodSymbol> Of(INamedTypeSymbol service)
        => [.. Sources(service)
            .SelectMany(source => source.TypeKind == TypeKind.Interface ? OfInterface(source) : OfClass(source))
            .Distinct<IMethodSymbol>(SymbolEqualityComparer.Default)];

    /// <summary>Whether an interface's methods are published with those of a contract that is, or inherits, it.</summary>
    public static bool BelongsTo(INamedTypeSymbol type, INamedTypeSymbol contract)
        => SymbolEqualityComparer.Default.Equals(type, contract) || IsFrom(type, contract);

    private static IEnumerable<IMethodSymbol> OfInterface(INamedTypeSymbol contract)
        => contract.AllInterfaces.Prepend(contract)
            .Where(type => BelongsTo(type, contract))
            .SelectMany(type => type.GetMembers().OfType<IMethodSymbol>())
            .Where(IsPublished);

    private static IEnumerable<IMethodSymbol> OfClass(INamedTypeSymbol service)
    {
        var overridden = new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default);
        HashSet<IMethodSymbol> ofFrameworks = OfFrameworks(service);

        for (INamedTypeSymbol? type = service; type is not null; type = type.BaseType)
        {
            foreach (IMethodSymbol method in type.GetMembers().OfType<IMethodSymbol>())
            {
                if (method.OverriddenMethod is { } below)
                {
                    overridden.Add(below);
                }

                if (IsFrom(type, service)
                    && IsFrom(Definition(method).ContainingType, service)
                    && IsPublished(method)
                    && !overridden.Contains(method)
                    && !IsDispose(method)
                    && (method.Has(Names.MethodAttribute) || !ofFrameworks.Contains(Definition(method))))
                {
                    yield return method;
                }
            }
        }
    }

    /// <summary>What a framework calls, such as IHostedService.StopAsync, is not for peers, unless it is marked [MprpcMethod].</summary>
    private static HashSet<IMethodSymbol> OfFrameworks(INamedTypeSymbol service)
        => new(
            service.AllInterfaces
                .Where(type => !SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, service.ContainingAssembly)
                    && IsFramework(type.ContainingAssembly.Name))
                .SelectMany(type => type.GetMembers().OfType<IMethodSymbol>())
                .Select(service.FindImplementationForInterfaceMember)
                .OfType<IMethodSymbol>()
                .Select(Definition),
            SymbolEqualityComparer.Default);

    private static bool IsFramework(string assembly)
        => assembly.StartsWith("System.", StringComparison.Ordinal) || assembly.StartsWith("Microsoft.", StringComparison.Ordinal);

    /// <summary>The method that first declares what this one overrides.</summary>
    public static IMethodSymbol Definition(IMethodSymbol method)
    {
        while (method.OverriddenMethod is { } overridden)
        {
            method = overridden;
        }

        return method;
    }

    /// <summary>A base type counts as the author's own where it stands in the same assembly, or is marked.</summary>
    private static bool IsFrom(INamedTypeSymbol type, INamedTypeSymbol service)
        => SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, service.ContainingAssembly) || IsContract(type);

    private static bool IsPublished(IMethodSymbol method)
        => method is { MethodKind: MethodKind.Ordinary, IsStatic: false, DeclaredAccessibility: Accessibility.Public } && !method.Has(Names.IgnoreAttribute);

    private static bool IsDispose(IMethodSymbol method) => method.Parameters.Length == 0 && method.Name is "Dispose" or "DisposeAsync";
}
