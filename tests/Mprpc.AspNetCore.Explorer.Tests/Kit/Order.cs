namespace Mprpc.AspNetCore.Explorer.Tests.Kit;

/// <summary>An object with objects in it: maps on the wire.</summary>
public sealed record Order(string Customer, List<Line> Lines, string? Note);

public sealed record Line(string Name, int Count);
