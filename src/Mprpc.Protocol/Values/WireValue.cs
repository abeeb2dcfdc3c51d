using Mprpc.Contracts;

namespace Mprpc;

/// <summary>What generated code has left for a type: one field's load finds it.</summary>
internal static class WireValue<T>
{
    public static MprpcValueWriter<T>? Writer;

    public static MprpcValueReader<T>? Reader;
}
