using System.Runtime.CompilerServices;
using Mprpc.Diagnostics;
using Mprpc.Serialization;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <summary>What a connection accepts from its peer.</summary>
/// <param name="MaxMessageSize">Largest message, in bytes.</param>
/// <param name="MaxDepth">How deep arrays and maps may nest, the message itself counted.</param>
/// <param name="MaxRunningCalls">How many of the peer's calls may run at once; further ones wait unread.</param>
/// <param name="OptionsName">The public type whose options set these, for errors.</param>
internal sealed record ConnectionLimits(int MaxMessageSize, int MaxDepth, int MaxRunningCalls, string OptionsName)
{
    /// <summary>How long a message that has begun may take whatever its rate.</summary>
    public TimeSpan PartialMessageTimeout { get; init; } = DefaultPartialMessageTimeout;

    /// <summary>How many bytes a second a message must bring after that.</summary>
    public double MinPartialMessageRate { get; init; } = DefaultMinPartialMessageRate;

    /// <summary>How long a write may make no progress.</summary>
    public TimeSpan WriteTimeout { get; init; } = DefaultWriteTimeout;

    /// <summary>How long calls may go on running after the peer has ended its side.</summary>
    public TimeSpan HalfCloseTimeout { get; init; } = DefaultHalfCloseTimeout;

    /// <summary>How long nothing may be said; infinite: for ever.</summary>
    public TimeSpan IdleTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>After how long the peer is asked to make its further calls over another connection; infinite: never.</summary>
    public TimeSpan MaxConnectionAge { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long after that the connection is closed; infinite: when the peer has ended its side.</summary>
    public TimeSpan MaxConnectionAgeGrace { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long the peer may be silent before it is asked for a sign of life, if it answers that; infinite: it is not asked.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long it may take to give one.</summary>
    public TimeSpan HeartbeatTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest message that is sent, in bytes: a call or an answer that would be larger fails by itself.</summary>
    public int MaxSendMessageSize
    {
        get => SendLimit.Bytes;
        init => SendLimit = SendLimit.OfMessage(value, OptionsName);
    }

    /// <summary>Whether <see cref="MaxSendMessageSize"/> is what the peer takes, which is less than this side's option allows.</summary>
    public bool IsSendSizeOfPeer { get; private init; }

    /// <summary>What sets <see cref="MaxSendMessageSize"/>, for errors.</summary>
    public string MaxSendMessageSizeOption => IsSendSizeOfPeer ? "what the peer accepts" : $"{OptionsName}.MaxSendMessageSize, and what the peer accepts";

    /// <summary>The same for what writes a request or notification.</summary>
    public SendLimit SendLimit { get; private init; } = SendLimit.OfMessage(DefaultMaxMessageSize, OptionsName);

    /// <summary>How deep a message may nest that is sent, the message itself counted: a call or an answer that nests deeper fails by itself.</summary>
    public int MaxSendDepth { get; init; } = DefaultMaxDepth;

    /// <summary>How many bytes of answers may be unsent, or be expected of the calls that run, before further calls wait.</summary>
    public int MaxUnsentAnswerBytes { get; init; } = DefaultMaxUnsentAnswerBytes;

    /// <summary>How many streams there may be, and how much of them is held.</summary>
    public StreamLimits Streams { get; init; } = StreamLimits.Default;

    /// <summary>How many bytes may wait to be sent before a further notification for many counts as one that the peer does not read.</summary>
    public int MaxPendingPushBytes { get; init; } = DefaultMaxPendingPushBytes;

    /// <summary>In how many groups the connection may be.</summary>
    public int MaxGroups { get; init; } = DefaultMaxGroups;

    /// <summary>How many bytes of UTF-8 the name of a group may have.</summary>
    public int MaxGroupNameBytes { get; init; } = DefaultMaxGroupNameBytes;

    /// <summary>The option that sets <see cref="MaxMessageSize"/>, for errors.</summary>
    public string MaxMessageSizeOption { get; init; } = $"{OptionsName}.MaxMessageSize";

    // docs/protocol.md 1.3
    public const int DefaultMaxMessageSize = 4 * 1024 * 1024;
    public const int DefaultMaxDepth = 64;
    public const int DefaultMaxRunningCalls = 1000;
    public const int DefaultMaxRunningCallsTotal = 10_000;
    public const int DefaultMaxUnsentAnswerBytes = 4 * 1024 * 1024;
    public const long DefaultMaxUnsentAnswerBytesTotal = 256L * 1024 * 1024;
    public const int DefaultMinPartialMessageRate = 240;
    public const int DefaultMaxPendingPushBytes = 1024 * 1024;
    public const int DefaultMaxGroups = 1000;
    public const int DefaultMaxGroupNameBytes = 128;

    // Whatever a peer says it takes: an error must have room to say what is wrong.
    private const int MinSendSizeOfPeer = 1024;

    public static readonly TimeSpan DefaultPartialMessageTimeout = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan DefaultWriteTimeout = TimeSpan.FromSeconds(10);

    // As long as a .NET host waits for what is running when it stops (HostOptions.ShutdownTimeout).
    public static readonly TimeSpan DefaultHalfCloseTimeout = TimeSpan.FromSeconds(30);

    private static readonly ConditionalWeakTable<ConnectionLimits, ConnectionLimits> s_ofPeers = [];

    /// <summary>These limits for a peer that has said what it takes; null: it has not.</summary>
    public ConnectionLimits For(PeerOffer? peer)
    {
        if (peer is not { Size: > 0 } || peer.Size >= MaxSendMessageSize)
        {
            return this;
        }

        int size = (int)Math.Max(peer.Size, MinSendSizeOfPeer);

        // Thousands of connections keep theirs, and most peers say the same.
        if (!s_ofPeers.TryGetValue(this, out ConnectionLimits? limits) || limits.MaxSendMessageSize != size)
        {
            limits = this with { MaxSendMessageSize = size, IsSendSizeOfPeer = true };
            s_ofPeers.AddOrUpdate(this, limits);
        }

        return limits;
    }

    /// <summary>Whether the connection has to be looked at from time to time.</summary>
    public bool HasDeadlines
        => PartialMessageTimeout != TimeSpan.MaxValue
            || WriteTimeout != TimeSpan.MaxValue
            || HalfCloseTimeout != TimeSpan.MaxValue
            || IdleTimeout != Timeout.InfiniteTimeSpan
            || HeartbeatInterval != Timeout.InfiniteTimeSpan
            || MaxConnectionAge != Timeout.InfiniteTimeSpan;

    /// <summary>The limit that a message is beyond, or null where it is no message at all.</summary>
    public static ConnectionLimit? HitBy(FrameStatus status) => status switch
    {
        FrameStatus.TooDeep => ConnectionLimit.Depth,
        FrameStatus.TooLarge => ConnectionLimit.MessageSize,
        _ => null,
    };

    /// <summary>The option that sets the limit up to which calls may run.</summary>
    public static string OptionOf(ConnectionLimit limit) => limit switch
    {
        ConnectionLimit.CallsInFlight => "MaxCallsInFlight",
        ConnectionLimit.UnsentAnswers => "MaxUnsentAnswerBytesTotal",
        ConnectionLimit.UnsentAnswersPerConnection => "MaxUnsentAnswerBytes",
        _ => "MaxCallsInFlightPerConnection",
    };

    public MprpcProtocolException Violation(FrameStatus status) => new(status switch
    {
        FrameStatus.ReservedByte => "The peer sent the byte 0xc1, which MessagePack never uses. Is it a MessagePack-RPC peer?",
        FrameStatus.TooDeep => $"A message nests deeper than {MaxDepth:N0} arrays and maps. Raise {OptionsName}.MaxDepth, or send flatter values.",
        _ => $"A message exceeds {MaxMessageSize:N0} bytes. Raise {MaxMessageSizeOption}, or send the value in parts.",
    });
}
