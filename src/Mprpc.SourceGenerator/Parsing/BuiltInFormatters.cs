using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>What MessagePack formats without reflection by itself, and Mprpc in place.</summary>
internal static class BuiltInFormatters
{
    private static readonly HashSet<string> Types =
    [
        "System.TimeSpan", "System.DateTimeOffset", "System.Guid", "System.Uri", "System.Version", "System.Text.StringBuilder", "System.Collections.BitArray",
        "System.Numerics.BigInteger", "System.Numerics.Complex", "System.Numerics.Vector2", "System.Numerics.Vector3", "System.Numerics.Vector4",
        "System.Numerics.Quaternion", "System.Numerics.Matrix3x2", "System.Numerics.Matrix4x4", "System.Half", "System.Text.Rune",
        "System.DateOnly", "System.TimeOnly",
        "System.Int128", "System.UInt128", "MessagePack.Nil", "System.Text.Json.JsonElement",
        "System.Text.Json.JsonDocument", "System.Text.Json.Nodes.JsonNode", "System.Text.Json.Nodes.JsonObject",
        "System.Text.Json.Nodes.JsonArray", "System.Text.Json.Nodes.JsonValue", "Mprpc.MprpcRaw", "Mprpc.CompilerServices.NoValue",
    ];

    public static bool Covers(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol { Rank: 1 } array => IsPrimitive(array.ElementType) && array.ElementType.SpecialType != SpecialType.System_Decimal,
        INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable => IsPrimitive(nullable.TypeArguments[0]),
        INamedTypeSymbol { Arity: 1 } generic when OfBytes(generic) => true,
        INamedTypeSymbol { Arity: 1 } generic when generic.Is("System.Collections.Generic.List") =>
            IsPrimitive(generic.TypeArguments[0]) && generic.TypeArguments[0].SpecialType != SpecialType.System_Decimal,
        { TypeKind: TypeKind.Dynamic } => true,
        _ => IsPrimitive(type) || Types.Contains($"{type.ContainingNamespace?.ToDisplayString()}.{type.Name}"),
    };

    /// <summary>Bytes are binary on the wire, not an array of numbers.</summary>
    private static bool OfBytes(INamedTypeSymbol type)
        => type.TypeArguments[0].SpecialType == SpecialType.System_Byte
            && (type.Is("System.Memory") || type.Is("System.ReadOnlyMemory") || type.Is("System.ArraySegment") || type.Is("System.Buffers.ReadOnlySequence"));

    private static bool IsPrimitive(ITypeSymbol type)
        => type.SpecialType is (>= SpecialType.System_Boolean and <= SpecialType.System_String) or SpecialType.System_Object or SpecialType.System_DateTime;
}
