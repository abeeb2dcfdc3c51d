namespace Mprpc.Tool.Descriptions;

/// <summary>The words of docs/protocol.md 10.11 for types.</summary>
internal static class TypeNames
{
    public const string Nil = "nil";
    public const string Boolean = "bool";
    public const string Float32 = "float32";
    public const string Float64 = "float64";
    public const string Text = "str";
    public const string Bytes = "bin";
    public const string Timestamp = "timestamp";
    public const string Any = "any";
    public const string List = "list";
    public const string Map = "map";
    public const string Tuple = "tuple";
    public const string Stream = "stream";

    public static IReadOnlySet<string> Integers { get; }
        = new HashSet<string>(StringComparer.Ordinal) { "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64" };

    /// <summary>Those of all that are words of the protocol, and no name of a described type.</summary>
    public static bool IsWord(string name)
        => Integers.Contains(name) || name is Nil or Boolean or Float32 or Float64 or Text or Bytes or Timestamp or Any or List or Map or Tuple or Stream;
}
