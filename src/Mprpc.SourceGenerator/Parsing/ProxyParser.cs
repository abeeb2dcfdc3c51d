using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Makes the model of a client proxy.</summary>
internal static class ProxyParser
{
    /// <summary>The model, or null where no code can be generated: <see cref="WhyNot"/>, or the analyzer's errors, say why.</summary>
    public static ProxyModel? Parse(INamedTypeSymbol contract, Compilation compilation, CancellationToken cancellationToken)
    {
        List<IMethodSymbol> methods = PublishedMethods.Of(contract);

        if (methods.Any(MethodRules.IsRefused) || WhyNot(contract, compilation) is not null)
        {
            return null;
        }

        var published = new HashSet<ISymbol>(methods, SymbolEqualityComparer.Default);
        string? prefix = contract.Attribute(Names.ServiceAttribute)?.Named("Prefix") as string;

        return new ProxyModel(
            TypeText.Plain(contract),
            TypeText.Identifier(contract),
            new EquatableArray<MethodModel>(methods
                .Where(method => method.IsAbstract || method.IsVirtual)
                .Select(method => MethodParser.Parse(method, NameOnWire(method, prefix)))),
            new EquatableArray<string>(Members(contract).Where(member => !published.Contains(member)).Select(StubText.Of).OfType<string>()),
            new EquatableArray<string>(methods
                .Where(method => MethodParser.ExplicitName(method) is null)
                .SelectMany(method => new[] { NameOnWire(method, prefix), method.Name })),
            new EquatableArray<DocumentationModel>(methods.Select(method => DocumentationOf(method, cancellationToken)).OfType<DocumentationModel>()));
    }

    private static DocumentationModel? DocumentationOf(IMethodSymbol method, CancellationToken cancellationToken)
    {
        Documentation documentation = Documentation.Of(method, cancellationToken);
        EquatableArray<string> texts = new(documentation.TextsOf(method.Parameters
            .Where(parameter => MethodParser.SourceOf(parameter) == ParameterSource.Wire)
            .Select(parameter => parameter.Name)));
        return documentation.Summary is null && texts.Length == 0 ? null
            : new DocumentationModel(MethodParser.Parse(method, wireName: null), documentation.Summary, texts);
    }

    /// <summary>Why no proxy can be generated, or null where it can.</summary>
    public static string? WhyNot(INamedTypeSymbol contract, Compilation compilation)
    {
        if (contract.TypeKind != TypeKind.Interface)
        {
            return "it is not an interface";
        }

        if (Members(contract).FirstOrDefault(member => member.IsStatic && member.IsAbstract) is { } abstractStatic)
        {
            return $"{MethodRules.NameOf(abstractStatic)} is static and abstract, which no proxy can implement";
        }

        return contract.AllInterfaces.Prepend(contract).Select(type => Reach.WhyNot(type, compilation)).FirstOrDefault(reason => reason is not null);
    }

    private static IEnumerable<ISymbol> Members(INamedTypeSymbol contract)
        => contract.AllInterfaces.Prepend(contract).SelectMany(type => type.GetMembers());

    private static string NameOnWire(IMethodSymbol method, string? prefix)
        => MethodParser.ExplicitName(method) ?? (prefix is null ? WireName.From(method.Name) : $"{prefix}.{WireName.From(method.Name)}");
}
