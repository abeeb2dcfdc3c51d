using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Types of .NET with an encoding of their own (docs/contracts.md). WireTypes in Mprpc.Core has the same.</summary>
internal static class WireTypes
{
    private const string Unknown = "any";

    private static readonly Dictionary<string, string> ByName = new(StringComparer.Ordinal)
    {
        ["System.Text.Rune"] = "int32",
        ["System.Half"] = "float32",
        ["System.Guid"] = "str",
        ["System.Uri"] = "str",
        ["System.Version"] = "str",
        ["System.Text.StringBuilder"] = "str",
        ["System.Int128"] = "bin",
        ["System.UInt128"] = "bin",
        ["System.Numerics.BigInteger"] = "bin",
        ["System.DateTimeOffset"] = "tuple<timestamp,int16>",
        ["System.TimeSpan"] = "int64",
        ["System.TimeOnly"] = "int64",
        ["System.DateOnly"] = "int32",
        ["System.Collections.BitArray"] = "list<bool>",
        ["System.Numerics.Complex"] = "tuple<float64,float64>",
        ["System.Numerics.Vector2"] = Floats(2),
        ["System.Numerics.Vector3"] = Floats(3),
        ["System.Numerics.Vector4"] = Floats(4),
        ["System.Numerics.Quaternion"] = Floats(4),
        ["System.Numerics.Matrix3x2"] = Floats(6),
        ["System.Numerics.Matrix4x4"] = Floats(16),
        ["System.Text.Json.JsonElement"] = Unknown,
        ["System.Text.Json.JsonDocument"] = Unknown,
        ["System.Text.Json.Nodes.JsonNode"] = Unknown,
        ["System.Text.Json.Nodes.JsonValue"] = Unknown,
        ["System.Text.Json.Nodes.JsonObject"] = "map<str,any>",
        ["System.Text.Json.Nodes.JsonArray"] = "list<any>",
        ["Mprpc.MprpcRaw"] = Unknown,
        ["MessagePack.Nil"] = "nil",
    };

    private static readonly HashSet<string> Bytes = ["System.Memory", "System.ReadOnlyMemory", "System.ArraySegment", "System.Buffers.ReadOnlySequence"];

    /// <summary>The type on the wire; null for types without an entry.</summary>
    public static string? Of(ITypeSymbol type) => type switch
    {
        { TypeKind: TypeKind.Dynamic } => Unknown,
        { TypeKind: TypeKind.Enum } => null,
        { SpecialType: not SpecialType.None } when OfSpecial(type.SpecialType) is { } special => special,
        IArrayTypeSymbol { Rank: 1, ElementType.SpecialType: SpecialType.System_Byte } => "bin",
        INamedTypeSymbol { Arity: 1 } generic
            => generic.TypeArguments[0].SpecialType == SpecialType.System_Byte && Bytes.Contains(FullName(type)) ? "bin" : null,
        INamedTypeSymbol { Arity: 0 } => ByName.TryGetValue(FullName(type), out string? known) ? known : null,
        _ => null,
    };

    private static string? OfSpecial(SpecialType type) => type switch
    {
        SpecialType.System_Object => Unknown,
        SpecialType.System_Boolean => "bool",
        SpecialType.System_SByte => "int8",
        SpecialType.System_Int16 => "int16",
        SpecialType.System_Int32 => "int32",
        SpecialType.System_Int64 => "int64",
        SpecialType.System_Byte => "uint8",
        SpecialType.System_UInt16 or SpecialType.System_Char => "uint16",
        SpecialType.System_UInt32 => "uint32",
        SpecialType.System_UInt64 => "uint64",
        SpecialType.System_Single => "float32",
        SpecialType.System_Double => "float64",
        SpecialType.System_String or SpecialType.System_Decimal => "str",
        SpecialType.System_DateTime => "timestamp",
        _ => null,
    };

    private static string FullName(ITypeSymbol type) => $"{type.ContainingNamespace?.ToDisplayString()}.{type.Name}";

    private static string Floats(int count) => $"tuple<{string.Join(",", Enumerable.Repeat("float32", count))}>";
}
