using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>What a proxy has for the members of a contract that are not on the wire.</summary>
internal static class StubText
{
    /// <summary>Whether a stub can be written.</summary>
    public static bool CanImplement(ISymbol member)
        => member is not IMethodSymbol method
            || (!method.IsGenericMethod && !method.ReturnsByRef && !method.ReturnsByRefReadonly && method.Parameters.All(parameter => parameter.RefKind == RefKind.None));

    /// <summary>The stub, or null where the proxy needs none.</summary>
    public static string? Of(ISymbol member)
    {
        if (!member.IsAbstract || member.IsStatic)
        {
            return null;
        }

        string type = TypeText.Plain(member.ContainingType);

        return member switch
        {
            IPropertySymbol { IsIndexer: true } indexer =>
                $"{TypeText.Of(indexer.Type)} {type}.this[{Parameters(indexer.Parameters)}] {Accessors(indexer)}",
            IPropertySymbol property => $"{TypeText.Of(property.Type)} {type}.@{property.Name} {Accessors(property)}",
            IEventSymbol @event => $"event {TypeText.Of(@event.Type)} {type}.@{@event.Name} {{ add => {Throw(member)}; remove => {Throw(member)}; }}",
            IMethodSymbol { MethodKind: MethodKind.Ordinary } method => Method(method, type),
            _ => null,
        };
    }

    private static string Method(IMethodSymbol method, string type)
    {
        string result = method.ReturnsVoid ? "void" : TypeText.Of(method.ReturnType);

        // The connection is not the proxy's: whoever made the client disposes it.
        string body = (method.ContainingType.ToDisplayString(), method.Name) switch
        {
            ("System.IDisposable", "Dispose") => "{ }",
            ("System.IAsyncDisposable", "DisposeAsync") => "=> default;",
            _ => $"=> {Throw(method)};",
        };

        return $"{result} {type}.@{method.Name}({Parameters(method.Parameters)}) {body}";
    }

    private static string Accessors(IPropertySymbol property)
    {
        string get = property.GetMethod is null ? string.Empty : $"get => {Throw(property)}; ";
        string set = property.SetMethod is null ? string.Empty : $"{(property.SetMethod.IsInitOnly ? "init" : "set")} => {Throw(property)}; ";
        return $"{{ {get}{set}}}";
    }

    private static string Parameters(IEnumerable<IParameterSymbol> parameters)
        => string.Join(", ", parameters.Select(parameter => $"{TypeText.Of(parameter.Type)} @{parameter.Name}"));

    private static string Throw(ISymbol member)
        => $"throw new global::System.NotSupportedException(\"{MethodRules.NameOf(member)} is not on the wire: "
            + "only methods of a contract are, and those that are not [MprpcIgnore].\")";
}
