using System.Globalization;

namespace Mprpc.Reliability.Pair;

/// <summary>What one connection is to do, as a line between processes.</summary>
/// <param name="Url">Where the client connects.</param>
/// <param name="IsBothWays">Whether the server calls the client at the same time.</param>
/// <param name="Payload">Bytes of each call and of its answer.</param>
/// <param name="InFlight">Calls in flight of each side that calls.</param>
/// <param name="Count">Calls of each side that calls.</param>
/// <param name="Still">After how long without the end of a call it is given up.</param>
internal sealed record Cell(string Url, bool IsBothWays, int Payload, int InFlight, int Count, TimeSpan Still)
{
    public static Cell Parse(string line)
    {
        string[] words = line.Split(' ');
        return new Cell(words[0], words[1] == "both", Number(words[2]), Number(words[3]), Number(words[4]), TimeSpan.FromSeconds(Number(words[5])));
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
