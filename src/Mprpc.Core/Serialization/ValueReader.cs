using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>How values of a type are read: one field's load finds it.</summary>
internal static class ValueReader<T>
{
    /// <summary>What generated code has left for the type.</summary>
    public static MprpcValueReader<T>? Generated;
}
