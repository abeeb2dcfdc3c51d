using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>How values of a type are written: one field's load finds it.</summary>
internal static class ValueWriter<T>
{
    /// <summary>What generated code has left for the type.</summary>
    public static MprpcValueWriter<T>? Generated;

    private static int s_levels;

    /// <summary>At most how many levels a value nests on the wire; found when first asked for.</summary>
    public static int Levels => s_levels is var levels && levels != 0 ? levels : s_levels = TypeDepth.Of(typeof(T));
}
