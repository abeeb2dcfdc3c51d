namespace Mprpc.Tests.Kit;

public static class Hex
{
    /// <summary>The specification's example in the test tables: "sum", [1, 2].</summary>
    public const string Sum = "a373756d920102";

    /// <summary>Bytes as the tables write them: hexadecimal with blanks, SUM for "sum", [1, 2].</summary>
    public static byte[] Bytes(string text)
        => Convert.FromHexString(text.Replace("SUM", Sum, StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));

    public static string Text(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    /// <summary>The byte so many times.</summary>
    public static string Repeat(string hex, int count) => string.Concat(Enumerable.Repeat(hex, count));
}
