using Mprpc.Tool.Descriptions;

namespace Mprpc.Tool.Generation;

/// <summary>Described types as types of C#: docs/contracts.md has the table.</summary>
/// <param name="plan">The client.</param>
/// <param name="names">The C# names of the described types.</param>
internal sealed class CSharpTypes(ClientPlan plan, IReadOnlyDictionary<string, string> names)
{
    private const string Raw = "MprpcRaw";

    public string Of(TypeExpression type) => OfValue(type) + (type.IsNullable ? "?" : "");

    /// <summary>Whether a value of the type is a reference, so that a member needs a value to begin with.</summary>
    public bool IsReference(TypeExpression type)
        => !type.IsNullable && (type.Name is TypeNames.Text or TypeNames.Bytes or TypeNames.List or TypeNames.Map or TypeNames.Stream
            || plan.Definition(type.Name) is { Kind: not TypeKind.Enum });

    private string OfValue(TypeExpression type) => type.Name switch
    {
        TypeNames.Boolean => "bool",
        TypeNames.Float32 => "float",
        TypeNames.Float64 => "double",
        TypeNames.Text => "string",
        TypeNames.Bytes => "byte[]",
        TypeNames.Timestamp => "DateTime",
        TypeNames.List => $"List<{Of(type.Arguments[0])}>",
        TypeNames.Stream => $"IAsyncEnumerable<{Of(type.Arguments[0])}>",
        TypeNames.Map => $"Dictionary<{Of(type.Arguments[0] with { IsNullable = false })}, {Of(type.Arguments[1])}>",
        TypeNames.Tuple when type.Arguments.Count is > 1 and < 8 => $"({string.Join(", ", type.Arguments.Select(Of))})",
        "int8" => "sbyte",
        "int16" => "short",
        "int32" => "int",
        "int64" => "long",
        "uint8" => "byte",
        "uint16" => "ushort",
        "uint32" => "uint",
        "uint64" => "ulong",
        _ => plan.Definition(type.Name) is { } definition ? names[definition.Name] : Raw,
    };
}
