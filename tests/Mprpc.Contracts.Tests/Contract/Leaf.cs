using MessagePack;

namespace Mprpc.Contracts.Tests.Contract;

[MessagePackObject]
public sealed class Leaf : IGrown
{
    [Key(0)]
    public int Value { get; set; }
}
