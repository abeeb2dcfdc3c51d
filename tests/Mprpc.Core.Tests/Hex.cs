namespace Mprpc.Core.Tests;

/// <summary>Bytes as the specification writes them: hexadecimal, spaces where they help to read.</summary>
internal static class Hex
{
    // "sum", [1, 2]
    public const string Sum = "a373756d920102";

    public static byte[] Bytes(string text)
        => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal).Replace("SUM", Sum, StringComparison.Ordinal));

    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
