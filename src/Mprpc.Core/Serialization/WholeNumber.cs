namespace Mprpc.Serialization;

/// <summary>Integers that a peer sent as floats: JavaScript has no others, and sends each number that is large as one (docs/protocol.md 7.4).</summary>
internal static class WholeNumber
{
    // 2^63 and 2^64: the first numbers that do not fit. Both are floats without loss, where the largest that fit are not.
    private const double AboveInt64 = 9_223_372_036_854_775_808.0;
    private const double AboveUInt64 = 18_446_744_073_709_551_616.0;

    /// <summary>False for a fraction, NaN, an infinity, and for what does not fit.</summary>
    public static bool TryGet(double number, out long integer)
    {
        bool fits = number is >= -AboveInt64 and < AboveInt64 && Math.Truncate(number) == number;
        integer = fits ? (long)number : 0;
        return fits;
    }

    /// <summary>False for a fraction, NaN, an infinity, and for what does not fit.</summary>
    public static bool TryGet(double number, out ulong integer)
    {
        bool fits = number is >= 0 and < AboveUInt64 && Math.Truncate(number) == number;
        integer = fits ? (ulong)number : 0;
        return fits;
    }
}
