using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Parsing;

namespace Mprpc.SourceGenerator.Diagnostics;

/// <summary>Finds what is wrong with services and contracts.</summary>
internal sealed class ContractChecks(Compilation compilation)
{
    /// <summary>Of a type as it is declared: contracts, and classes that are marked or implement one.</summary>
    public IEnumerable<Problem> OfDeclaration(INamedTypeSymbol type)
    {
        if (type.TypeKind == TypeKind.Interface && PublishedMethods.IsContract(type))
        {
            return OfContract(type).Concat(OfReach(type, ProxyParser.WhyNot(type, compilation))).Concat(OfData(type));
        }

        if (ContractParser.IsService(type) && (PublishedMethods.IsContract(type) || type.AllInterfaces.Any(PublishedMethods.IsContract)))
        {
            return OfService(type);
        }

        return [];
    }

    /// <summary>Of the type argument of a call such as MapMprpcService.</summary>
    public IEnumerable<Problem> OfMapping(Mapping mapping)
    {
        if (mapping.Type is not INamedTypeSymbol type)
        {
            string? reason = Reach.WhyNot(mapping.Type, compilation);
            return reason is null ? [] : [new Problem(Rules.NotReachable, mapping.Type, mapping.Type.Name, reason)];
        }

        return mapping.Kind == MappingKind.Service ? OfMappedService(type) : OfProxy(type);
    }

    private IEnumerable<Problem> OfMappedService(INamedTypeSymbol service)
        => PublishedMethods.Of(service).Count == 0 && service.TypeKind is TypeKind.Class or TypeKind.Interface
            ? [new Problem(Rules.NothingPublished, service, TypeText.DisplayName(service))]
            : OfService(service);

    private IEnumerable<Problem> OfProxy(INamedTypeSymbol contract)
    {
        if (contract.TypeKind == TypeKind.Error)
        {
            return [];
        }

        if (contract.TypeKind != TypeKind.Interface)
        {
            return [new Problem(Rules.NotAContract, contract, TypeText.DisplayName(contract))];
        }

        IEnumerable<Problem> synchronous = PublishedMethods.Of(contract)
            .Where(method => !MethodRules.IsRefused(method) && MethodParser.ReturnOf(method).Kind == Model.ReturnKind.Value)
            .Select(method => new Problem(Rules.SynchronousCall, method, MethodRules.NameOf(method), TypeText.DisplayName(method.ReturnType)));

        return OfContract(contract)
            .Concat(synchronous)
            .Concat(OfReach(contract, ProxyParser.WhyNot(contract, compilation)))
            .Concat(OfData(contract))
            .Concat(OfFormatters(contract));
    }

    private static IEnumerable<Problem> OfContract(INamedTypeSymbol contract)
    {
        IEnumerable<Problem> others = contract.AllInterfaces.Prepend(contract)
            .Where(type => PublishedMethods.BelongsTo(type, contract))
            .SelectMany(type => type.GetMembers())
            .Where(member => member is { IsStatic: false, DeclaredAccessibility: Accessibility.Public } and (IPropertySymbol or IEventSymbol))
            .Select(member => new Problem(Rules.NotAMethod, member, MethodRules.NameOf(member), member is IEventSymbol ? "an event" : "a property"));

        return OfMethods(contract).Concat(others);
    }

    private IEnumerable<Problem> OfService(INamedTypeSymbol service)
        => OfMethods(service)
            .Concat(OfReach(service, DispatcherParser.WhyNot(service, compilation)))
            .Concat(OfPrefixes(service))
            .Concat(OfAttributes(service))
            .Concat(OfData(service))
            .Concat(OfFormatters(service));

    private static IEnumerable<Problem> OfMethods(INamedTypeSymbol type)
    {
        List<IMethodSymbol> methods = PublishedMethods.Of(type);
        return methods.SelectMany(MethodRules.Check).Concat(MethodRules.CheckNames(methods));
    }

    private static IEnumerable<Problem> OfReach(INamedTypeSymbol type, string? reason)
        => reason is null || ContractParser.IsOpen(type) || PublishedMethods.Of(type).Any(MethodRules.IsRefused)
            ? []
            : [new Problem(Rules.NotReachable, type, TypeText.DisplayName(type), reason)];

    private static IEnumerable<Problem> OfPrefixes(INamedTypeSymbol service)
    {
        List<string> prefixes =
            [.. PublishedMethods.Sources(service).Select(source => source.Attribute(Names.ServiceAttribute)?.Named("Prefix") as string ?? "none").Distinct()];
        return prefixes.Count < 2 ? [] : [new Problem(Rules.DifferentPrefixes, service, TypeText.DisplayName(service), string.Join(", ", prefixes))];
    }

    /// <summary>Attributes of a class's own methods, where its contract says what is published.</summary>
    private static IEnumerable<Problem> OfAttributes(INamedTypeSymbol service)
    {
        INamedTypeSymbol? contract = service.TypeKind == TypeKind.Class ? service.AllInterfaces.FirstOrDefault(PublishedMethods.IsContract) : null;

        if (contract is null)
        {
            yield break;
        }

        var implementing = new HashSet<ISymbol>(
            PublishedMethods.Of(service).Select(service.FindImplementationForInterfaceMember).OfType<ISymbol>(), SymbolEqualityComparer.Default);

        foreach (IMethodSymbol method in service.GetMembers().OfType<IMethodSymbol>())
        {
            // A method that is not the contract's is hidden anyhow: to say so once more is no mistake.
            string? attribute = method.Has(Names.MethodAttribute) ? "MprpcMethod"
                : method.Has(Names.StreamAttribute) ? "MprpcStream"
                : method.Has(Names.IgnoreAttribute) && implementing.Contains(method) ? "MprpcIgnore"
                : null;

            if (attribute is not null)
            {
                yield return new Problem(
                    Rules.WithoutEffect, method, MethodRules.NameOf(method), attribute, TypeText.DisplayName(service), TypeText.DisplayName(contract));
            }
        }
    }

    private IEnumerable<Problem> OfData(INamedTypeSymbol type)
    {
        if (ContractParser.IsOpen(type))
        {
            return [];
        }

        var formatters = new FormatterParser(compilation);
        formatters.AddSignatures(type);
        return formatters.NoData.Select(noData => new Problem(Rules.NotData, type, TypeText.DisplayName(type), TypeText.DisplayName(noData)))
            .Concat(formatters.Streams.Select(stream => new Problem(
                Rules.MisplacedStream,
                type,
                TypeText.DisplayName(type),
                $"sends a type that has a {TypeText.DisplayName(stream)} inside",
                "Send a list in it, or give the stream to the method as a parameter of its own")));
    }

    private IEnumerable<Problem> OfFormatters(INamedTypeSymbol type)
    {
        if (ContractParser.IsOpen(type))
        {
            return [];
        }

        var formatters = new FormatterParser(compilation);
        formatters.AddSignatures(type);

        IEnumerable<Problem> refused = formatters.Refused.Select(refused => new Problem(
            refused.IsRefusedAtRunTime ? Rules.NotCarried : Rules.NoFormatter,
            type,
            TypeText.DisplayName(refused.Type),
            TypeText.DisplayName(type),
            refused.Reason));

        // Of a type of another assembly nobody sees whether a member computes something, nor whether it has a private setter.
        return refused.Concat(formatters.Lost
            .Where(member => SymbolEqualityComparer.Default.Equals(member.Symbol.ContainingAssembly, compilation.Assembly))
            .Select(member => new Problem(Rules.MemberNotSent, member.Symbol, MethodRules.NameOf(member.Symbol))));
    }
}
