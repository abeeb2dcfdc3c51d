using Mprpc.Streams;

namespace Mprpc.Client;

/// <content>Limits of streams, in the configuration <c>Mprpc:Clients:NAME</c>.</content>
public sealed partial class MprpcClientOptions
{
    /// <summary>
    /// How many streams each connection may have open at once that are fed to the server as arguments of calls, and how many that the server feeds to the
    /// client's methods, or gets as their results. Default 100. A call with more of them throws <see cref="MprpcException"/> with the code <c>busy</c>, and
    /// nothing is sent; a call of the server's is answered with it. Results of the client's own calls are not counted.
    /// </summary>
    public int MaxStreamsPerConnection { get; set; } = StreamLimits.DefaultMaxPerConnection;

    /// <summary>
    /// How many bytes of the streams that come over one connection, as results or as arguments of the client's methods, may be granted and not read yet,
    /// beyond 16 KiB of each stream. Default 4,194,304 (4 MiB). Beyond it the server gets no more credit; a single item may always be as large as a message.
    /// </summary>
    public int MaxStreamBytes { get; set; } = StreamLimits.DefaultMaxBytes;

    /// <summary>The same for all connections of the client together. Default 268,435,456 (256 MiB), as the server's.</summary>
    public long MaxStreamBytesTotal { get; set; } = StreamLimits.DefaultMaxBytesTotal;

    /// <summary>
    /// How many items a stream may have that is collected into one array, since the server takes no streams: an argument of a call, which throws
    /// <see cref="MprpcException"/> with the code <c>too_large</c> beyond it, or the result of a method of the client's. Default 10,000.
    /// <see cref="MprpcStreamAttribute.MaxPlainItems"/> sets it for a method that the client serves.
    /// </summary>
    public int MaxPlainStreamItems { get; set; } = StreamLimits.DefaultMaxPlainItems;

    /// <summary>The same in bytes. Default 1,048,576 (1 MiB).</summary>
    public int MaxPlainStreamBytes { get; set; } = StreamLimits.DefaultMaxPlainBytes;

    /// <summary>How long such a stream may be collected. Default 30 s; <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</summary>
    public TimeSpan MaxPlainStreamTime { get; set; } = StreamLimits.DefaultMaxPlainTime;

    private StreamLimits StreamLimits => new()
    {
        MaxPerConnection = MaxStreamsPerConnection,
        MaxBufferedBytes = MaxStreamBytes,
        MaxPlainItems = MaxPlainStreamItems,
        MaxPlainBytes = MaxPlainStreamBytes,
        MaxPlainTime = MaxPlainStreamTime,
        OptionsName = nameof(MprpcClientOptions),
    };

    private void CheckStreams()
    {
        RequireAtLeast(MaxStreamsPerConnection, 1, nameof(MaxStreamsPerConnection));
        RequireAtLeast(MaxStreamBytes, 1, nameof(MaxStreamBytes));
        RequireAtLeast(MaxStreamBytesTotal, 1, nameof(MaxStreamBytesTotal));
        RequireAtLeast(MaxPlainStreamItems, 1, nameof(MaxPlainStreamItems));
        RequireAtLeast(MaxPlainStreamBytes, 1, nameof(MaxPlainStreamBytes));
        CheckTime(MaxPlainStreamTime, nameof(MaxPlainStreamTime), none: "Timeout.InfiniteTimeSpan");
    }
}
