namespace Mprpc.Architecture.Tests;

/// <summary>The rooms of Mprpc.Core: arrows between them point one way. In all projects, few files know each other in a circle.</summary>
public sealed class RoomTests
{
    private const string Core = "src/Mprpc.Core/";

    // What a reader can hold in the head at once.
    private const int MaxCircle = 6;

    // From the lowest up. An entry is added here if a room is to know one below it; there is no list of exceptions.
    private static readonly (string Room, string[] Knows)[] _rooms =
    [
        ("Diagnostics", []),
        ("Contract", ["Diagnostics"]),
        ("Scheduling", ["Diagnostics", "Contract"]),
        ("Serialization", ["Diagnostics", "Contract", "Scheduling"]),
        ("Wire", ["Diagnostics", "Contract", "Serialization"]),
        ("Transports", ["Diagnostics", "Contract", "Scheduling"]),
        ("Streams", ["Contract", "Serialization", "Wire"]),
        ("Connections", ["Diagnostics", "Contract", "Scheduling", "Serialization", "Wire", "Transports", "Streams"]),
        ("Dispatch", ["Diagnostics", "Contract", "Scheduling", "Serialization", "Wire", "Streams", "Connections"]),
        ("Binding", ["Diagnostics", "Contract", "Serialization", "Wire", "Streams", "Connections", "Dispatch"]),
    ];

    [Fact]
    public void Table_Always_PointsDownOnly()
    {
        string[] wrong = [.. new Rooms(_rooms).WrongEntries()];

        Expect.Nothing(wrong);
    }

    [Fact]
    public void Folder_OfCore_IsARoomOfTheTable()
    {
        string[] folders =
        [
            .. Repository.Folders(Core, depth: 3).Where(folder => folder.StartsWith(Core, StringComparison.Ordinal)).Select(folder => folder[Core.Length..]),
        ];

        Assert.Equal(_rooms.Select(entry => entry.Room).Order(StringComparer.Ordinal), folders);
    }

    [Fact]
    public void Room_OfCore_KnowsOnlyThoseOfTheTable()
    {
        SourceGraph graph = GraphOfCore();

        string[] wrong = [.. new Rooms(_rooms).WrongArrows(graph)];

        Assert.NotEmpty(graph.Arrows);
        Expect.Nothing(wrong);
    }

    [Fact]
    public void Circle_OfFilesOfEachProject_HasAtMostSix()
    {
        List<string> projects = Repository.Folders("src", depth: 2);
        List<string> tooLarge = [];

        foreach (string project in projects)
        {
            tooLarge.AddRange(GraphOf($"{project}/").Circles()
                .Where(circle => circle.Length > MaxCircle)
                .Select(circle => $"{project}: {circle.Length}: {string.Join(", ", circle)}"));
        }

        Assert.Contains("src/Mprpc.Client", projects);
        Expect.Nothing(tooLarge);
    }

    private static SourceGraph GraphOfCore() => GraphOf(Core);

    private static SourceGraph GraphOf(string project)
        => new(Repository.Files(project, ".cs").Select(file => (file[project.Length..], Repository.ReadText(file))));
}
