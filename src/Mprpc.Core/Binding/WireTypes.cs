using System.Buffers;
using System.Collections;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MessagePack;

namespace Mprpc.Binding;

/// <summary>Types of .NET with an encoding of their own (docs/contracts.md). The generator's WireTypes has the same.</summary>
internal static class WireTypes
{
    private const string Unknown = "any";

    /// <summary>The type on the wire of each.</summary>
    public static IReadOnlyDictionary<Type, string> Known { get; } = new Dictionary<Type, string>
    {
        [typeof(object)] = Unknown,
        [typeof(bool)] = "bool",
        [typeof(sbyte)] = "int8",
        [typeof(short)] = "int16",
        [typeof(int)] = "int32",
        [typeof(long)] = "int64",
        [typeof(byte)] = "uint8",
        [typeof(ushort)] = "uint16",
        [typeof(uint)] = "uint32",
        [typeof(ulong)] = "uint64",
        [typeof(char)] = "uint16",
        [typeof(Rune)] = "int32",
        [typeof(float)] = "float32",
        [typeof(Half)] = "float32",
        [typeof(double)] = "float64",
        [typeof(string)] = "str",
        [typeof(decimal)] = "str",
        [typeof(Guid)] = "str",
        [typeof(Uri)] = "str",
        [typeof(Version)] = "str",
        [typeof(StringBuilder)] = "str",
        [typeof(byte[])] = "bin",
        [typeof(Memory<byte>)] = "bin",
        [typeof(ReadOnlyMemory<byte>)] = "bin",
        [typeof(ArraySegment<byte>)] = "bin",
        [typeof(ReadOnlySequence<byte>)] = "bin",
        [typeof(Int128)] = "bin",
        [typeof(UInt128)] = "bin",
        [typeof(BigInteger)] = "bin",
        [typeof(DateTime)] = "timestamp",
        [typeof(DateTimeOffset)] = "tuple<timestamp,int16>",
        [typeof(TimeSpan)] = "int64",
        [typeof(TimeOnly)] = "int64",
        [typeof(DateOnly)] = "int32",
        [typeof(BitArray)] = "list<bool>",
        [typeof(Complex)] = "tuple<float64,float64>",
        [typeof(Vector2)] = Floats(2),
        [typeof(Vector3)] = Floats(3),
        [typeof(Vector4)] = Floats(4),
        [typeof(Quaternion)] = Floats(4),
        [typeof(Matrix3x2)] = Floats(6),
        [typeof(Matrix4x4)] = Floats(16),
        [typeof(JsonElement)] = Unknown,
        [typeof(JsonDocument)] = Unknown,
        [typeof(JsonNode)] = Unknown,
        [typeof(JsonValue)] = Unknown,
        [typeof(JsonObject)] = "map<str,any>",
        [typeof(JsonArray)] = "list<any>",
        [typeof(MprpcRaw)] = Unknown,
        [typeof(Nil)] = "nil",
    };

    private static string Floats(int count) => $"tuple<{string.Join(',', Enumerable.Repeat("float32", count))}>";
}
