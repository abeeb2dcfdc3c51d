using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Diagnostics;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Where a stream may stand: the same as StreamRules in Mprpc.Core demands at start-up.</summary>
internal static class StreamRules
{
    private const string Stream = "System.Collections.Generic.IAsyncEnumerable";

    /// <summary>The type of a stream's items; null if the type is not a stream.</summary>
    public static ITypeSymbol? ItemOf(ITypeSymbol type) => type is INamedTypeSymbol { Arity: 1 } named && named.Is(Stream) ? named.TypeArguments[0] : null;

    /// <summary>Whether a type is a stream, or can be read only as one.</summary>
    public static bool IsStream(ITypeSymbol type)
        => ItemOf(type) is not null
            || (type.AllInterfaces.Any(known => ItemOf(known) is not null)
                && !type.AllInterfaces.Any(known => known.SpecialType == SpecialType.System_Collections_IEnumerable)
                && !type.Has(FormatterParser.Formatter));

    public static IEnumerable<Problem> Check(IMethodSymbol method)
    {
        if (Inside(method.ReturnType) is { } result)
        {
            yield return new Problem(
                Rules.MisplacedStream,
                method,
                MethodRules.NameOf(method),
                $"returns {TypeText.DisplayName(method.ReturnType)}",
                $"Return {Named(result)} itself");
        }

        foreach (IParameterSymbol parameter in method.Parameters.Where(parameter => MethodParser.SourceOf(parameter) == Model.ParameterSource.Wire))
        {
            if (Inside(parameter.Type) is { } stream)
            {
                yield return new Problem(
                    Rules.MisplacedStream,
                    parameter,
                    MethodRules.NameOf(method),
                    $"takes '{parameter.Name}' as {TypeText.DisplayName(parameter.Type)}",
                    $"Take {Named(stream)} itself");
            }
            else if (method.ReturnsVoid && ItemOf(parameter.Type) is not null)
            {
                yield return new Problem(
                    Rules.MisplacedStream,
                    parameter,
                    MethodRules.NameOf(method),
                    $"takes the stream '{parameter.Name}' and returns void, so that typed clients send a notification, which cannot be fed",
                    "Return Task");
            }
        }
    }

    /// <summary>The stream that a type has inside, or that it is in other clothes; null: there is none.</summary>
    private static ITypeSymbol? Inside(ITypeSymbol type) => Any(ItemOf(type) ?? type);

    private static ITypeSymbol? Any(ITypeSymbol type)
        => IsStream(type) ? type
            : type is IArrayTypeSymbol array ? Any(array.ElementType)
            : (type as INamedTypeSymbol)?.TypeArguments.Select(Any).FirstOrDefault(found => found is not null);

    private static string Named(ITypeSymbol stream)
        => TypeText.DisplayName(ItemOf(stream) is null ? stream.AllInterfaces.First(known => ItemOf(known) is not null) : stream);
}
