using System.Numerics;
using System.Runtime.InteropServices;

namespace Mprpc.Serialization;

/// <summary>
/// Hash codes that nobody can foresee who does not know this process: a peer chooses the keys, and must not choose them so that they collide.
/// </summary>
internal static class KeyHash
{
    /// <summary>The hash of some bits; equal for equal bits.</summary>
    public static int Of(Int128 bits) => Of(MemoryMarshal.Cast<Int128, char>(new ReadOnlySpan<Int128>(in bits)));

    /// <summary>The hash of the hashes of the parts of a key.</summary>
    public static int Of(ReadOnlySpan<int> parts) => Of(MemoryMarshal.Cast<int, char>(parts));

    /// <summary>The hash of bytes.</summary>
    public static int Of(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<char> pairs = MemoryMarshal.Cast<byte, char>(bytes);
        int hash = Of(pairs);
        return bytes.Length % 2 == 0 ? hash : Of([hash, bytes[^1]]);
    }

    /// <summary>A decimal's value in bits: 1.0 and 1.00 are equal.</summary>
    public static Int128 BitsOf(decimal value)
    {
        // Divided by one with all zeros, a number loses those at its end.
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value / 1.0000000000000000000000000000m, bits);
        return value == 0 ? 0 : new Int128(((ulong)(uint)bits[3] << 32) | (uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
    }

    /// <summary>The hash of an integer of any length.</summary>
    public static int Of(BigInteger value) => Of(value.ToByteArray());

    // Marvin with a key of this process: what .NET hashes the keys of a Dictionary<string, T> with.
    private static int Of(ReadOnlySpan<char> data) => string.GetHashCode(data);
}
