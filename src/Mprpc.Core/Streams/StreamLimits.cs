using Mprpc.Wire;

namespace Mprpc.Streams;

/// <summary>How many streams a connection may have, and how much of them is held (docs/protocol.md 10.13).</summary>
internal sealed record StreamLimits
{
    public const int DefaultMaxPerConnection = 100;
    public const int DefaultMaxBytes = 4 * 1024 * 1024;
    public const long DefaultMaxBytesTotal = 256L * 1024 * 1024;
    public const int DefaultMaxPlainItems = 10_000;
    public const int DefaultMaxPlainBytes = 1024 * 1024;

    public static readonly TimeSpan DefaultMaxPlainTime = TimeSpan.FromSeconds(30);

    public static StreamLimits Default { get; } = new();

    /// <summary>How many streams may be open at once, each way.</summary>
    public int MaxPerConnection { get; init; } = DefaultMaxPerConnection;

    /// <summary>With how much credit each stream begins that is fed to this side.</summary>
    public StreamAllowance Feed { get; init; } = new(64, 16 * 1024);

    /// <summary>How many bytes of items may be on their way to consumers of one connection that have not taken them, beyond the least of each.</summary>
    public int MaxBufferedBytes { get; init; } = DefaultMaxBytes;

    /// <summary>How many items an array may have that stands in the place of a stream.</summary>
    public int MaxPlainItems { get; init; } = DefaultMaxPlainItems;

    /// <summary>How many bytes.</summary>
    public int MaxPlainBytes { get; init; } = DefaultMaxPlainBytes;

    /// <summary>How long it may be collected.</summary>
    public TimeSpan MaxPlainTime { get; init; } = DefaultMaxPlainTime;

    /// <summary>The public type whose options set these, for errors; null: nothing sets them.</summary>
    public string? OptionsName { get; init; }
}
