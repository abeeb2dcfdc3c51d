using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Finds in the source what asks for generated code, and makes the model of it.</summary>
internal static class ContractParser
{
    public static bool MayImplementContract(SyntaxNode node, CancellationToken cancellationToken)
        => node is ClassDeclarationSyntax { BaseList: not null } or RecordDeclarationSyntax { BaseList: not null };

    public static bool IsType(SyntaxNode node, CancellationToken cancellationToken) => node is TypeDeclarationSyntax;

    public static bool MayBeMapping(SyntaxNode node, CancellationToken cancellationToken) => Mapping.IsCandidate(node);

    /// <summary>A type that is marked [MprpcService].</summary>
    public static ContractModel? ParseMarked(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken)
        => context.TargetSymbol is INamedTypeSymbol type && !IsOpen(type)
            ? Parse(type, serves: IsService(type), calls: type.TypeKind == TypeKind.Interface, context.SemanticModel.Compilation, cancellationToken)
            : null;

    /// <summary>A class that implements a marked interface.</summary>
    public static ContractModel? ParseImplementing(GeneratorSyntaxContext context, CancellationToken cancellationToken)
        => context.SemanticModel.GetDeclaredSymbol(context.Node, cancellationToken) is INamedTypeSymbol type && ImplementsContract(type)
            ? Parse(type, serves: true, calls: false, context.SemanticModel.Compilation, cancellationToken)
            : null;

    /// <summary>The type argument of a call such as MapMprpcService.</summary>
    public static ContractModel? ParseMapped(GeneratorSyntaxContext context, CancellationToken cancellationToken)
        => Mapping.Of(context.SemanticModel.GetSymbolInfo(context.Node, cancellationToken).Symbol as IMethodSymbol) is { Type: INamedTypeSymbol type } mapping
            ? Parse(type, mapping.Kind == MappingKind.Service, mapping.Kind == MappingKind.Proxy, context.SemanticModel.Compilation, cancellationToken)
            : null;

    /// <summary>Whether a dispatcher is made of a type because of how it is declared, mapped or not.</summary>
    public static bool IsService(INamedTypeSymbol type) => type is { TypeKind: TypeKind.Class, IsAbstract: false, IsStatic: false };

    public static bool ImplementsContract(INamedTypeSymbol type) => IsService(type) && !IsOpen(type) && type.AllInterfaces.Any(PublishedMethods.IsContract);

    /// <summary>Whether a type has type parameters of its own: code is then generated where it is closed, at the calls that map it.</summary>
    public static bool IsOpen(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? outer = type; outer is not null; outer = outer.ContainingType)
        {
            if (outer.TypeArguments.Any(argument => argument is ITypeParameterSymbol))
            {
                return true;
            }
        }

        return false;
    }

    private static ContractModel? Parse(INamedTypeSymbol type, bool serves, bool calls, Compilation compilation, CancellationToken cancellationToken)
    {
        var formatters = new FormatterParser(compilation);
        formatters.AddSignatures(type);
        DispatcherModel? dispatcher = serves ? DispatcherParser.Parse(type, compilation, formatters.Objects, cancellationToken) : null;
        ProxyModel? proxy = calls ? ProxyParser.Parse(type, compilation, cancellationToken) : null;

        if (dispatcher is null && proxy is null)
        {
            return null;
        }

        return new ContractModel(
            dispatcher,
            proxy,
            new EquatableArray<FormatterModel>(formatters.Found),
            new EquatableArray<KeyModel>(formatters.Keys),
            new EquatableArray<ValueModel>(ValueParser.Parse(formatters.Sent, formatters.Objects)));
    }
}
