using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Diagnostics;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Where a stream may stand: the same as StreamRules in Mprpc.Core demands at start-up.</summary>
internal static class StreamRules
{
    private const string Stream = "System.Collections.Generic.IAsyncEnumerable";

    private static readonly string[] BytesTypes = ["System.IO.Stream", "System.IO.Pipelines.PipeReader"];

    /// <summary>The type of a stream's items; null if the type is not a stream.</summary>
    public static ITypeSymbol? ItemOf(ITypeSymbol type) => type is INamedTypeSymbol { Arity: 1 } named && named.Is(Stream) ? named.TypeArguments[0] : null;

    /// <summary>Whether a type is a stream of bytes, whose items are pieces of them.</summary>
    public static bool IsBytes(ITypeSymbol type) => type is INamedTypeSymbol { Arity: 0 } && BytesTypes.Any(type.Is);

    /// <summary>The type of a stream of bytes that a method returns, at once or as a task; null: it returns something else.</summary>
    public static ITypeSymbol? ReturnedBytes(ITypeSymbol result)
        => IsBytes(result) ? result
            : result is INamedTypeSymbol { Arity: 1 } task && (task.Is("System.Threading.Tasks.Task") || task.Is("System.Threading.Tasks.ValueTask"))
                && IsBytes(task.TypeArguments[0]) ? task.TypeArguments[0]
            : null;

    /// <summary>Whether a type is a stream, or can be read only as one.</summary>
    public static bool IsStream(ITypeSymbol type)
        => ItemOf(type) is not null
            || (BytesIn(type) is not null && !type.Has(FormatterParser.Formatter))
            || (type.AllInterfaces.Any(known => ItemOf(known) is not null)
                && !type.AllInterfaces.Any(known => known.SpecialType == SpecialType.System_Collections_IEnumerable)
                && !type.Has(FormatterParser.Formatter));

    public static IEnumerable<Problem> Check(IMethodSymbol method)
    {
        if (ReturnedBytes(method.ReturnType) is null && Inside(method.ReturnType) is { } result)
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
            else if (method.ReturnsVoid && (ItemOf(parameter.Type) is not null || IsBytes(parameter.Type)))
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
    private static ITypeSymbol? Inside(ITypeSymbol type) => IsBytes(type) ? null : Any(ItemOf(type) ?? type);

    private static ITypeSymbol? Any(ITypeSymbol type)
        => IsStream(type) ? type
            : type is IArrayTypeSymbol array ? Any(array.ElementType)
            : (type as INamedTypeSymbol)?.TypeArguments.Select(Any).FirstOrDefault(found => found is not null);

    private static string Named(ITypeSymbol stream)
        => TypeText.DisplayName(
            BytesIn(stream) ?? (ItemOf(stream) is null ? stream.AllInterfaces.First(known => ItemOf(known) is not null) : stream));

    /// <summary>The stream of bytes that a type is, or derives from.</summary>
    private static ITypeSymbol? BytesIn(ITypeSymbol type)
    {
        for (ITypeSymbol? at = type; at is not null; at = at.BaseType)
        {
            if (IsBytes(at))
            {
                return at;
            }
        }

        return null;
    }
}
