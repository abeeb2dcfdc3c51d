using MessagePack;

namespace Mprpc.Aot.Tests;

/// <summary>The sample's record, as a caller has it.</summary>
[MessagePackObject]
public sealed record Statistics([property: Key(0)] int Count, [property: Key(1)] double Mean);
