using Mprpc.Connections;
using Mprpc.Streams;

namespace Mprpc.AspNetCore;

/// <summary>
/// What a connection may demand of the server. All limits are on by default; set them in code, or in configuration under <c>Mprpc:Limits</c>.
/// </summary>
/// <remarks>
/// Zero and negative values are refused at start-up. Times are kept to a second or two: connections are looked at once a second. Where the configuration
/// changes while the application runs, new connections get the new limits, and <see cref="MaxCallsInFlight"/>, <see cref="MaxUnsentAnswerBytesTotal"/>,
/// <see cref="MaxStreamBytesTotal"/> and <see cref="MaxConnections"/>, if that had a value at the start, change at once;
/// <see cref="TlsHandshakeTimeout"/> stays as it was at the start. Values out of their range are logged, and all limits stay as they were.
/// </remarks>
public sealed class MprpcServerLimits
{
    /// <summary>
    /// Largest message accepted, in bytes. Default 4,194,304 (4 MiB, gRPC's receive limit). A larger one closes its connection, before it is buffered.
    /// </summary>
    public int MaxMessageSize { get; set; } = ConnectionLimits.DefaultMaxMessageSize;

    /// <summary>How deep arrays and maps may nest, the message itself counted, from 2 to 1,024. Default 64. A deeper message closes its connection.</summary>
    public int MaxDepth { get; set; } = ConnectionLimits.DefaultMaxDepth;

    /// <summary>
    /// Largest message that the server sends, in bytes. Default 4,194,304 (4 MiB, what peers accept by default). An answer that would be larger is replaced by
    /// an error that names both numbers; a larger call or notification to a client throws before anything is sent.
    /// </summary>
    public int MaxSendMessageSize { get; set; } = ConnectionLimits.DefaultMaxMessageSize;

    /// <summary>
    /// How deep arrays and maps of a message may nest that the server sends, the message itself counted, from 2 to 1,024. Default 64 (what peers accept by
    /// default). An answer that nests deeper is replaced by an error that names both numbers; a deeper call or notification to a client throws before anything
    /// is sent. Clients must accept as much (<c>MprpcClientOptions.MaxDepth</c>).
    /// </summary>
    public int MaxSendDepth { get; set; } = ConnectionLimits.DefaultMaxDepth;

    /// <summary>
    /// How many bytes of answers a connection may have waiting for its peer to read, those that its running calls are expected to answer included (by what
    /// their methods have answered so far). Default 4,194,304 (4 MiB). Further requests wait: back-pressure, not an error. While the server has more than a
    /// thirty-second of <see cref="MaxUnsentAnswerBytesTotal"/>, a connection may have 128 KiB and a sixteenth of what its peer has taken so far, up to this
    /// limit.
    /// </summary>
    public int MaxUnsentAnswerBytes { get; set; } = ConnectionLimits.DefaultMaxUnsentAnswerBytes;

    /// <summary>The same for all connections together. Default 268,435,456 (256 MiB). Connections that have no call running and nothing unsent go on.</summary>
    public long MaxUnsentAnswerBytesTotal { get; set; } = ConnectionLimits.DefaultMaxUnsentAnswerBytesTotal;

    /// <summary>
    /// How many connections each endpoint may have at once: a listener of <c>MapMprpcService</c>, one of your own with <c>UseMessagePackRpc()</c>, or a
    /// WebSocket's path; transports that <see cref="IMprpcServer.ServeAsync"/> serves count at their endpoint. Default null: as many as there are file
    /// descriptors, as in Kestrel. Further ones are ended when they come, before TLS; a WebSocket is refused with 503, and of a transport the call throws. Set
    /// it below what the process may open (<c>ulimit -n</c>) where strangers connect: a .NET process that has no descriptor left is ended by its runtime.
    /// </summary>
    public int? MaxConnections { get; set; }

    /// <summary>
    /// How many calls of one connection may run at once. Default 1,000. Further requests wait: back-pressure, not an error. A call keeps its place until its
    /// method has really ended. Calls of one client usually share a connection, so that a lower limit makes fast calls wait for slow ones sooner.
    /// </summary>
    public int MaxCallsInFlightPerConnection { get; set; } = ConnectionLimits.DefaultMaxRunningCalls;

    /// <summary>
    /// How many calls may run at once in the whole server. Default 10,000; the last tenth is for connections that have no call running. Further requests wait.
    /// A call keeps its place until its method has really ended.
    /// </summary>
    public int MaxCallsInFlight { get; set; } = ConnectionLimits.DefaultMaxRunningCallsTotal;

    /// <summary>
    /// How many streams one connection may have open at once: results of its calls that are streamed to it, and as many again that it feeds to calls. Default
    /// 100. A further call with one is answered with the error <c>busy</c>.
    /// </summary>
    public int MaxStreamsPerConnection { get; set; } = StreamLimits.DefaultMaxPerConnection;

    /// <summary>
    /// How many bytes of the streams that one connection feeds to calls may be granted and not read yet, beyond 16 KiB of each stream. Default 4,194,304
    /// (4 MiB). Beyond it a peer gets no more credit; a single item may always be as large as a message.
    /// </summary>
    public int MaxStreamBytes { get; set; } = StreamLimits.DefaultMaxBytes;

    /// <summary>The same for all connections together. Default 268,435,456 (256 MiB).</summary>
    public long MaxStreamBytesTotal { get; set; } = StreamLimits.DefaultMaxBytesTotal;

    /// <summary>
    /// How many items a stream may have that is collected into one array, because the caller takes no streams. Default 10,000. More is answered with the error
    /// <c>too_large</c>, and the method is cancelled. <see cref="MprpcStreamAttribute.MaxPlainItems"/> sets it for a method.
    /// </summary>
    public int MaxPlainStreamItems { get; set; } = StreamLimits.DefaultMaxPlainItems;

    /// <summary>The same in bytes. Default 1,048,576 (1 MiB).</summary>
    public int MaxPlainStreamBytes { get; set; } = StreamLimits.DefaultMaxPlainBytes;

    /// <summary>How long such a stream may be collected. Default 30 s; <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</summary>
    public TimeSpan MaxPlainStreamTime { get; set; } = StreamLimits.DefaultMaxPlainTime;

    /// <summary>
    /// How long a message that has begun may take to arrive, whatever its rate. Default 10 s; <see cref="Timeout.InfiniteTimeSpan"/>: for ever. A slower one
    /// closes its connection.
    /// </summary>
    public TimeSpan PartialMessageTimeout { get; set; } = ConnectionLimits.DefaultPartialMessageTimeout;

    /// <summary>
    /// How many bytes a second a message must bring that takes longer than <see cref="PartialMessageTimeout"/>. Default 240 (Kestrel's rate for HTTP bodies).
    /// </summary>
    public double MinPartialMessageRate { get; set; } = ConnectionLimits.DefaultMinPartialMessageRate;

    /// <summary>
    /// How long a peer may read nothing while answers wait for it. Default 10 s (NATS's write deadline); <see cref="Timeout.InfiniteTimeSpan"/>: for ever. Then
    /// its connection is closed.
    /// </summary>
    public TimeSpan WriteTimeout { get; set; } = ConnectionLimits.DefaultWriteTimeout;

    /// <summary>
    /// How long calls may go on running after their peer has ended its side of the connection. Default 30 s (as long as a .NET host waits for what is running
    /// when it stops); <see cref="Timeout.InfiniteTimeSpan"/>: for ever. Then its connection is closed, which cancels them. Peers that end their side after the
    /// last request, as shell scripts do, get every answer that is there by then; of a peer that has merely left, nothing else tells.
    /// </summary>
    public TimeSpan HalfCloseTimeout { get; set; } = ConnectionLimits.DefaultHalfCloseTimeout;

    /// <summary>
    /// How long a connection may say nothing while no call runs. Default null: for ever, since RPC connections are long-lived; a peer that is gone is found by
    /// TCP keep-alive, where the system has it on.
    /// </summary>
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>
    /// After how long a client that knows the protocol's extensions is asked to make its further calls over a new connection, so that they spread over
    /// servers that were added; 10 % more or less, by chance. What runs goes on. Default null: never. Other peers are not asked.
    /// </summary>
    public TimeSpan? MaxConnectionAge { get; set; }

    /// <summary>How long after <see cref="MaxConnectionAge"/> the connection is closed, in good order. Default null: when the client has closed it.</summary>
    public TimeSpan? MaxConnectionAgeGrace { get; set; }

    /// <summary>
    /// How many bytes a connection may have waiting for its peer to read before further notifications of <see cref="IMprpcClients"/> are too much for it: then
    /// <see cref="MprpcEndpointOptions.SlowPeers"/> says what happens. Default 1,048,576 (1 MiB). At most 256 KiB, or one notification, come on top.
    /// </summary>
    public int MaxPendingPushBytes { get; set; } = ConnectionLimits.DefaultMaxPendingPushBytes;

    /// <summary>In how many groups a connection may be. Default 1,000. <see cref="IMprpcGroups.Add"/> throws beyond it.</summary>
    public int MaxGroupsPerConnection { get; set; } = ConnectionLimits.DefaultMaxGroups;

    /// <summary>How long the name of a group may be, in bytes of UTF-8. Default 128. <see cref="IMprpcGroups.Add"/> throws beyond it.</summary>
    public int MaxGroupNameBytes { get; set; } = ConnectionLimits.DefaultMaxGroupNameBytes;

    /// <summary>
    /// How long the TLS handshake of a connection may take. Default 10 s (Kestrel's); <see cref="Timeout.InfiniteTimeSpan"/>: for ever. For listeners that
    /// <c>tls://</c> or <c>UseTls</c> made; one with <c>UseHttps</c> of the application's own has its own.
    /// </summary>
    public TimeSpan TlsHandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    internal ConnectionLimits ToConnectionLimits() => new(MaxMessageSize, MaxDepth, MaxCallsInFlightPerConnection, "MprpcServerOptions.Limits")
    {
        MaxSendMessageSize = MaxSendMessageSize,
        MaxSendDepth = MaxSendDepth,
        MaxUnsentAnswerBytes = MaxUnsentAnswerBytes,
        Streams = new StreamLimits
        {
            MaxPerConnection = MaxStreamsPerConnection,
            MaxBufferedBytes = MaxStreamBytes,
            MaxPlainItems = MaxPlainStreamItems,
            MaxPlainBytes = MaxPlainStreamBytes,
            MaxPlainTime = MaxPlainStreamTime,
            OptionsName = "MprpcServerOptions.Limits",
        },
        MaxPendingPushBytes = MaxPendingPushBytes,
        MaxGroups = MaxGroupsPerConnection,
        MaxGroupNameBytes = MaxGroupNameBytes,
        PartialMessageTimeout = Unlimited(PartialMessageTimeout),
        MinPartialMessageRate = MinPartialMessageRate,
        WriteTimeout = Unlimited(WriteTimeout),
        HalfCloseTimeout = Unlimited(HalfCloseTimeout),
        IdleTimeout = IdleTimeout ?? Timeout.InfiniteTimeSpan,
        MaxConnectionAge = MaxConnectionAge ?? Timeout.InfiniteTimeSpan,
        MaxConnectionAgeGrace = MaxConnectionAgeGrace ?? Timeout.InfiniteTimeSpan,
    };

    internal MprpcServerLimits Clone() => (MprpcServerLimits)MemberwiseClone();

    private static TimeSpan Unlimited(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : time;
}
