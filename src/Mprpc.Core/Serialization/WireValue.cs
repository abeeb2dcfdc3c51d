using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>What generated code has left for a type: one field's load finds it.</summary>
internal static class WireValue<T>
{
    public static MprpcValueWriter<T>? Writer;

    public static MprpcValueReader<T>? Reader;

    private static int s_levels;

    /// <summary>At most how many levels a value nests on the wire; found when first asked for.</summary>
    public static int Levels => s_levels is var levels && levels != 0 ? levels : s_levels = TypeDepth.Of(typeof(T));
}
