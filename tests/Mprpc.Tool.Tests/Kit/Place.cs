using MessagePack;

namespace Mprpc.Tool.Tests.Kit;

[MessagePackObject]
public record Place([property: Key(0)] double X, [property: Key(1)] double Y);
