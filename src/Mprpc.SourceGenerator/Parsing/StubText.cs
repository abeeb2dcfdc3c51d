using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>What a proxy has for the members of a contract that are not on the wire.</summary>
internal static class StubText
{
    // Without nullable annotations: what "T?" means in a member that inherits its constraints is another question.
    private static readonly SymbolDisplayFormat Code = SymbolDisplayFormat.FullyQualifiedFormat;

    /// <summary>The stub, or null where the proxy needs none.</summary>
    public static string? Of(ISymbol member)
    {
        if (!member.IsAbstract || member.IsStatic)
        {
            return null;
        }

        string type = TypeText.Plain(member.ContainingType);
        string text = Text(member, type);
        return text.Length == 0 ? null : HasPointers(member) ? $"unsafe {text}" : text;
    }

    private static string Text(ISymbol member, string type)
    {
        return member switch
        {
            IPropertySymbol { IsIndexer: true } indexer =>
                $"{Reference(indexer.RefKind)}{indexer.Type.ToDisplayString(Code)} {type}.this[{Parameters(indexer.Parameters)}] {Accessors(indexer)}",
            IPropertySymbol property => $"{Reference(property.RefKind)}{property.Type.ToDisplayString(Code)} {type}.@{property.Name} {Accessors(property)}",
            IEventSymbol @event => $"event {@event.Type.ToDisplayString(Code)} {type}.@{@event.Name} {{ add => {Throw(member)}; remove => {Throw(member)}; }}",
            IMethodSymbol { MethodKind: MethodKind.Ordinary } method => Method(method, type),
            _ => string.Empty,
        };
    }

    /// <summary>Whether the compiler wants the member to be unsafe.</summary>
    private static bool HasPointers(ISymbol member)
        => member switch
        {
            IPropertySymbol property => property.Parameters.Select(parameter => parameter.Type).Append(property.Type),
            IMethodSymbol method => method.Parameters.Select(parameter => parameter.Type).Append(method.ReturnType),
            _ => [],
        } is var types && types.Any(IsPointer);

    private static bool IsPointer(ITypeSymbol type)
        => type is IArrayTypeSymbol array ? IsPointer(array.ElementType) : type.TypeKind is TypeKind.Pointer or TypeKind.FunctionPointer;

    private static string Method(IMethodSymbol method, string type)
    {
        string generic = method.IsGenericMethod ? $"<{string.Join(", ", method.TypeParameters.Select(parameter => parameter.Name))}>" : string.Empty;

        // The connection is not the proxy's: whoever made the client disposes it.
        string body = (method.ContainingType.ToDisplayString(), method.Name) switch
        {
            ("System.IDisposable", "Dispose") => string.Empty,
            ("System.IAsyncDisposable", "DisposeAsync") => "return default; ",
            _ => $"{Throw(method)}; ",
        };

        return $"{Reference(method.RefKind)}{method.ReturnType.ToDisplayString(Code)} "
            + $"{type}.@{method.Name}{generic}({Parameters(method.Parameters)}) {{ {body}}}";
    }

    private static string Accessors(IPropertySymbol property)
    {
        string get = property.GetMethod is null ? string.Empty : $"get {{ {Throw(property)}; }} ";
        string set = property.SetMethod is null ? string.Empty : $"{(property.SetMethod.IsInitOnly ? "init" : "set")} {{ {Throw(property)}; }} ";
        return $"{{ {get}{set}}}";
    }

    private static string Parameters(IEnumerable<IParameterSymbol> parameters)
        => string.Join(", ", parameters.Select(parameter
            => $"{Reference(parameter.RefKind, isParameter: true)}{parameter.Type.ToDisplayString(Code)} @{parameter.Name}"));

    private static string Reference(RefKind kind, bool isParameter = false) => kind switch
    {
        RefKind.None => string.Empty,
        RefKind.Ref => "ref ",
        RefKind.Out => "out ",
        RefKind.In when isParameter => "in ",
        _ => "ref readonly ",       // of what is returned, the compiler has one value for both
    };

    private static string Throw(ISymbol member)
        => $"throw new global::System.NotSupportedException(\"{MethodRules.NameOf(member)} is not on the wire: "
            + "only methods of a contract are, and those that are not [MprpcIgnore].\")";
}
