using MessagePack;

namespace Mprpc.AspNetCore.Explorer.Tests.Kit;

/// <summary>An array on the wire.</summary>
[MessagePackObject]
public sealed record Place([property: Key(0)] double X, [property: Key(1)] double Y);
