using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>A call of the library that names a service or a contract as its type argument.</summary>
/// <param name="Kind">What it asks of the type.</param>
/// <param name="Type">The type argument.</param>
internal readonly record struct Mapping(MappingKind Kind, ITypeSymbol Type)
{
    private const string AssemblyPrefix = "Mprpc.";

    /// <summary>Whether a node may be such a call: cheap, for every node of the source.</summary>
    public static bool IsCandidate(SyntaxNode node)
        => node is InvocationExpressionSyntax call && NameOf(call) is { } name && KindOf(name.Identifier.ValueText) is { } kind
            && (name is GenericNameSyntax || kind == MappingKind.Service);      // AddHandlers(service) infers its type argument

    /// <summary>The mapping that a method's call is, or null.</summary>
    public static Mapping? Of(IMethodSymbol? method)
        => method is { TypeArguments.Length: 1 }
            && KindOf(method.Name) is { } kind
            && method.ContainingAssembly.Name.StartsWith(AssemblyPrefix, StringComparison.Ordinal)
            && !IsUntypedClient(method)
                ? new Mapping(kind, method.TypeArguments[0])
                : null;

    /// <summary>A client of a WebApplicationFactory is made without a contract: the type argument is the application's.</summary>
    private static bool IsUntypedClient(IMethodSymbol method)
        => method.Name == "CreateMprpcClient" && !SymbolEqualityComparer.Default.Equals(method.ReturnType, method.TypeArguments[0]);

    private static MappingKind? KindOf(string method) => method switch
    {
        "MapMprpcService" or "AddService" or "MapService" or "AddHandlers" => MappingKind.Service,
        "As" or "AddMprpcClient" or "CreateMprpcClient" => MappingKind.Proxy,
        _ => null,
    };

    private static SimpleNameSyntax? NameOf(InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax member => member.Name,
        MemberBindingExpressionSyntax binding => binding.Name,
        SimpleNameSyntax simple => simple,
        _ => null,
    };
}
