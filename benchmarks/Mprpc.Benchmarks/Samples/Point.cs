using MessagePack;

namespace Mprpc.Benchmarks.Samples;

/// <summary>A small record: what takes the serializer's path in place of the reader's and writer's own.</summary>
[MessagePackObject]
public sealed record Point([property: Key(0)] int X, [property: Key(1)] int Y, [property: Key(2)] string Name);
