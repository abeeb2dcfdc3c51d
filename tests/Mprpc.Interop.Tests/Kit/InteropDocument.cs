namespace Mprpc.Interop.Tests.Kit;

/// <summary>The tables of docs/interop.md, which tests hold to what is so.</summary>
internal static class InteropDocument
{
    public const string Name = "docs/interop.md";

    private static readonly string[] s_lines = File.ReadAllLines(Repository.PathOf(Name));

    /// <summary>The rows of the first table under a heading, without its two lines of head; each cell without its code marks.</summary>
    public static IReadOnlyList<string[]> TableUnder(string heading)
        => [.. s_lines
            .SkipWhile(line => line != heading)
            .SkipWhile(line => !line.StartsWith('|'))
            .TakeWhile(line => line.StartsWith('|'))
            .Skip(2)
            .Select(
                line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries).Select(cell => cell.Replace("`", "", StringComparison.Ordinal)).ToArray())];

    /// <summary>The first block of code under a heading.</summary>
    public static string CodeUnder(string heading)
        => string.Join('\n', s_lines
            .SkipWhile(line => line != heading)
            .SkipWhile(line => !line.StartsWith("```", StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(line => line != "```")) + "\n";

    /// <summary>Why a case cannot go well with a peer, or null where the document does not say that it cannot.</summary>
    public static string? Explains(string peer, string role, string caseName)
        => TableUnder("## What cannot work")
            .FirstOrDefault(row => Names(row[0]).Contains(peer) && row[1] == role && Names(row[2]).Contains(caseName))?[3];

    private static string[] Names(string cell) => cell.Split(',', StringSplitOptions.TrimEntries);
}
