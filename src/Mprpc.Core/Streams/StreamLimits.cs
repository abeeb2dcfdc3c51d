using Mprpc.Wire;

namespace Mprpc.Streams;

/// <summary>How many streams a connection may have, and how much of them is held (docs/protocol.md 10.12).</summary>
internal sealed record StreamLimits
{
    public static StreamLimits Default { get; } = new();

    /// <summary>How many streams may be open at once, each way.</summary>
    public int MaxPerConnection { get; init; } = 100;

    /// <summary>With how much credit each stream begins that is fed to this side.</summary>
    public StreamAllowance Feed { get; init; } = new(64, 16 * 1024);

    /// <summary>How many bytes of items may be on their way to consumers of one connection that have not taken them.</summary>
    public int MaxBufferedBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How many items an array may have that stands in the place of a stream.</summary>
    public int MaxPlainItems { get; init; } = 10_000;

    /// <summary>How many bytes.</summary>
    public int MaxPlainBytes { get; init; } = 1024 * 1024;

    /// <summary>How long it may be collected.</summary>
    public TimeSpan MaxPlainTime { get; init; } = TimeSpan.FromSeconds(30);
}
