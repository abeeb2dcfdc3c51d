using Mprpc.Tool.Descriptions;

namespace Mprpc.Tool.Generation;

/// <summary>Described types as types of TypeScript: docs/typescript.md says what values become.</summary>
internal sealed class TypeScriptTypes(ClientPlan plan, IReadOnlyDictionary<string, string> names)
{
    public string Of(TypeExpression type) => type.IsNullable ? $"{OfValue(type)} | null" : OfValue(type);

    private string OfValue(TypeExpression type) => type.Name switch
    {
        TypeNames.Nil => "null",
        TypeNames.Boolean => "boolean",
        TypeNames.Float32 or TypeNames.Float64 => "number",
        TypeNames.Text => "string",
        TypeNames.Bytes => "Uint8Array",
        TypeNames.Timestamp => "Date",
        TypeNames.List => Of(type.Arguments[0]) is var item && item.Contains(' ', StringComparison.Ordinal) ? $"({item})[]" : $"{item}[]",
        TypeNames.Stream => $"AsyncIterable<{Of(type.Arguments[0])}>",
        TypeNames.Map => $"Record<string, {Of(type.Arguments[1])}>",
        TypeNames.Tuple => $"[{string.Join(", ", type.Arguments.Select(Of))}]",
        // Beyond 2^53 the client reads a bigint, so that no digit is lost.
        "int64" or "uint64" => "number | bigint",
        _ when TypeNames.Integers.Contains(type.Name) => "number",
        _ => plan.Definition(type.Name) is { } definition ? names[definition.Name] : "unknown",
    };
}
