namespace Mprpc.Conformance.Wire;

/// <summary>Cuts vectors into the pieces that are sent one by one.</summary>
public static class Pieces
{
    // A 1 MiB vector cut at each of its places would take hours and show nothing that its ends do not.
    private const int MostOffsets = 256;
    private const int MostSingleBytes = 1024;

    /// <summary>Every way to cut a vector of this length in the mode; each is the list of the pieces' lengths.</summary>
    public static IEnumerable<IReadOnlyList<int>> WaysToCut(int length, SplitMode mode) => mode switch
    {
        SplitMode.ByteByByte => [SingleBytes(length)],
        SplitMode.EachOffset when length > 1 => Offsets(length).Select(offset => (IReadOnlyList<int>)[offset, length - offset]),
        _ => [[length]],
    };

    /// <summary>Where to cut several vectors, of which the longest has this length: the short ones at each of their places.</summary>
    public static IEnumerable<int> OffsetsOfAll(int longest)
        => longest < 2 ? [] : Enumerable.Range(1, Math.Min(longest - 1, MostOffsets)).Union(Offsets(longest));

    private static int[] SingleBytes(int length)
    {
        if (length <= MostSingleBytes)
        {
            return [.. Enumerable.Repeat(1, length)];
        }

        int end = MostSingleBytes / 4;
        return [.. Enumerable.Repeat(1, end), length - (end * 2), .. Enumerable.Repeat(1, end)];
    }

    private static IEnumerable<int> Offsets(int length)
    {
        if (length - 1 <= MostOffsets)
        {
            return Enumerable.Range(1, length - 1);
        }

        int third = MostOffsets / 8;
        int step = length / third;
        return Enumerable.Range(1, third)
            .Concat(Enumerable.Range(1, third - 2).Select(i => i * step))
            .Concat(Enumerable.Range(length - third, third))
            .Distinct();
    }
}
