using System.Numerics;
using System.Text;
using MessagePack;

namespace Mprpc.Serialization;

/// <summary>Comparers of .NET's own types, beyond numbers and text, which MessagePack has.</summary>
internal static class OwnKeyComparers
{
    private static readonly IEqualityComparer<double> OfDouble = MessagePackSecurity.UntrustedData.GetEqualityComparer<double>();

    private static readonly Dictionary<Type, object> Comparers = new()
    {
        [typeof(DateOnly)] = Of<DateOnly>(key => KeyHash.Of((Int128)key.DayNumber)),
        [typeof(TimeOnly)] = Of<TimeOnly>(key => KeyHash.Of((Int128)key.Ticks)),
        [typeof(TimeSpan)] = Of<TimeSpan>(key => KeyHash.Of((Int128)key.Ticks)),
        [typeof(decimal)] = Of<decimal>(key => KeyHash.Of(KeyHash.BitsOf(key))),
        [typeof(Int128)] = Of<Int128>(KeyHash.Of),
        [typeof(UInt128)] = Of<UInt128>(key => KeyHash.Of((Int128)key)),
        [typeof(BigInteger)] = Of<BigInteger>(KeyHash.Of),
        [typeof(Half)] = Of<Half>(key => OfDouble.GetHashCode((double)key)),
        [typeof(Complex)] = Of<Complex>(key => OfDouble.GetHashCode(key.Real), key => OfDouble.GetHashCode(key.Imaginary)),
        [typeof(Rune)] = Of<Rune>(key => KeyHash.Of((Int128)key.Value)),
        [typeof(Version)] = Of<Version>(key => KeyHash.Of([key.Major, key.Minor, key.Build, key.Revision])),
        [typeof(MprpcRaw)] = Of<MprpcRaw>(key => KeyHash.Of(key.Memory.Span)),

        // Its own hash code is that of its text, with the key of this process.
        [typeof(Uri)] = Of<Uri>(key => key.GetHashCode()),
    };

    public static IEqualityComparer<T>? Find<T>() => Comparers.TryGetValue(typeof(T), out object? comparer) ? (IEqualityComparer<T>)comparer : null;

    private static PartsKeyComparer<T> Of<T>(params Func<T, int>[] parts) => new(parts);
}
