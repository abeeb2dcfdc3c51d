namespace Mprpc.Benchmarks.Samples;

/// <summary>Texts of 10 and of 1,000 characters: one byte each on the wire, and two.</summary>
internal static class Texts
{
    public const int Ascii10 = 0;
    public const int Ascii1000 = 1;
    public const int Other10 = 2;
    public const int Other1000 = 3;

    public static readonly string[] All = [new('a', 10), new('a', 1000), new('\u00e9', 10), new('\u00e9', 1000)];
}
