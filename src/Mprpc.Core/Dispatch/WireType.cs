using Mprpc.CompilerServices;

namespace Mprpc.Dispatch;

/// <summary>What is known of a type on the wire.</summary>
internal static class WireType<T>
{
    /// <summary>Whether a value takes a few bytes at most, whatever it is.</summary>
    public static readonly bool IsSmall =
        typeof(T) == typeof(int) || typeof(T) == typeof(long) || typeof(T) == typeof(short) || typeof(T) == typeof(sbyte)
        || typeof(T) == typeof(uint) || typeof(T) == typeof(ulong) || typeof(T) == typeof(ushort) || typeof(T) == typeof(byte)
        || typeof(T) == typeof(bool) || typeof(T) == typeof(double) || typeof(T) == typeof(float) || typeof(T) == typeof(NoValue);

    /// <summary>Whether values are written by <see cref="MprpcWriter"/> itself: they run no code of the user's.</summary>
    public static readonly bool IsWrittenInPlace =
        IsSmall || typeof(T) == typeof(string) || typeof(T) == typeof(byte[]) || typeof(T) == typeof(ReadOnlyMemory<byte>) || typeof(T) == typeof(Memory<byte>);
}
