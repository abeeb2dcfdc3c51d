namespace Mprpc.Architecture.Tests;

/// <summary>Which rooms of a project may know which: a room is a folder with all that is below it.</summary>
/// <param name="table">The rooms, from the lowest up, each with those it may know: all of them stand before it.</param>
internal sealed class Rooms(IReadOnlyList<(string Room, string[] Knows)> table)
{
    /// <summary>What is wrong with the table itself: an arrow that does not point to an earlier room.</summary>
    public IEnumerable<string> WrongEntries()
        => table.SelectMany((entry, i) => entry.Knows
            .Where(known => !table.Take(i).Any(earlier => earlier.Room == known))
            .Select(known => $"The table lets {entry.Room} know {known}, which does not stand before it."));

    /// <summary>The arrows of a project's files that the table does not have, and files that are in no room.</summary>
    public IEnumerable<string> WrongArrows(SourceGraph graph)
    {
        foreach ((string from, string to) in graph.Arrows)
        {
            (string room, string known) = (RoomOf(from), RoomOf(to));

            if (room != known && !table.Any(entry => entry.Room == room && entry.Knows.Contains(known)))
            {
                yield return $"{from} knows {to}: {room} must not know {known}.";
            }
        }
    }

    private static string RoomOf(string file) => file.IndexOf('/', StringComparison.Ordinal) is > 0 and int slash ? file[..slash] : "the project's own folder";
}
