using MessagePack;

namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Can contain itself by way of a union.</summary>
[MessagePackObject]
public sealed class Fork : IGrown
{
    [Key(0)]
    public IGrown? Left { get; set; }

    [Key(1)]
    public IGrown? Right { get; set; }

    [Key(2)]
    public object? Any { get; set; }
}
