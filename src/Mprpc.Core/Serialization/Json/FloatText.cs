using System.Globalization;

namespace Mprpc.Serialization.Json;

/// <summary>Floating-point numbers as JSON has them, and those that it has not. Each text stands for exactly one number, bit by bit.</summary>
internal static class FloatText
{
    private const ulong UsualNaN64 = 0x7ff8_0000_0000_0000;
    private const uint UsualNaN32 = 0x7fc0_0000;
    private const string NaN = "NaN";
    private const string Infinity = "Infinity";
    private const string NegativeInfinity = "-Infinity";

    /// <summary>A JSON number that is read as a float64, not as an integer.</summary>
    public static string OfFinite(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
    }

    public static string OfFinite(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    public static string OfOther(double value) => value switch
    {
        double.PositiveInfinity => Infinity,
        double.NegativeInfinity => NegativeInfinity,
        _ when BitConverter.DoubleToUInt64Bits(value) == UsualNaN64 => NaN,
        _ => string.Create(CultureInfo.InvariantCulture, $"0x{BitConverter.DoubleToUInt64Bits(value):x16}"),
    };

    public static string OfOther(float value) => value switch
    {
        float.PositiveInfinity => Infinity,
        float.NegativeInfinity => NegativeInfinity,
        _ when BitConverter.SingleToUInt32Bits(value) == UsualNaN32 => NaN,
        _ => string.Create(CultureInfo.InvariantCulture, $"0x{BitConverter.SingleToUInt32Bits(value):x8}"),
    };

    public static double Float64(string text) => text switch
    {
        NaN => BitConverter.UInt64BitsToDouble(UsualNaN64),
        Infinity => double.PositiveInfinity,
        NegativeInfinity => double.NegativeInfinity,
        _ when text.Length == 18 && TryHex(text, out ulong bits) => BitConverter.UInt64BitsToDouble(bits),
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) => value,
        _ => throw Refused(text, "float64", "16"),
    };

    public static float Float32(string text) => text switch
    {
        NaN => BitConverter.UInt32BitsToSingle(UsualNaN32),
        Infinity => float.PositiveInfinity,
        NegativeInfinity => float.NegativeInfinity,
        _ when text.Length == 10 && TryHex(text, out ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits),
        _ when float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value) => value,
        _ => throw Refused(text, "float32", "8"),
    };

    private static bool TryHex(string text, out ulong bits)
    {
        bits = 0;
        return text.StartsWith("0x", StringComparison.Ordinal)
            && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bits);
    }

    private static ValueException Refused(string text, string type, string digits)
        => new(
            $"'{text}' is not a {type}. Allowed are numbers in its range, \"NaN\", \"Infinity\", \"-Infinity\" and \"0x\" with its {digits} hexadecimal "
            + "digits.");
}
