namespace Mprpc;

/// <summary>How long one call may take, what cancels it, and whether it waits for a server that cannot be reached yet.</summary>
public readonly record struct MprpcCallOptions
{
    // What a timer can be set to.
    internal static readonly TimeSpan LongestTimeout = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>
    /// How long to wait for the answer, up to 49 days. Null, the default: as long as the client's options say;
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>: for ever.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Zero, negative, or longer than 49 days.</exception>
    public TimeSpan? Timeout
    {
        get;
        init
        {
            if (value is { } time && time != System.Threading.Timeout.InfiniteTimeSpan && (time <= TimeSpan.Zero || time > LongestTimeout))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(value),
                    time,
                    $"MprpcCallOptions.Timeout is {time}; allowed is any positive time up to 49 days, "
                    + "Timeout.InfiniteTimeSpan for no limit, or null for the client's.");
            }

            field = value;
        }
    }

    /// <summary>Ends the wait; the answer, if one comes, is ignored. Default: none.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>
    /// Whether the call waits, within its timeout, while the server cannot be reached, in place of failing with the first attempt to connect. Null, the
    /// default: as the client's options say. A call over a single connection (<see cref="MprpcConnection"/>), which cannot be made again, does not look at it.
    /// </summary>
    public bool? WaitForReady { get; init; }

    /// <summary>
    /// Whether the method may run twice for the call without harm. If the call is lost with its connection, a client makes it again, on another server first if
    /// it knows several: within the call's timeout, three times at most, and only while repetitions are less than a fifth of the calls that are answered.
    /// Default false: such a call fails with an <see cref="MprpcConnectionException"/>. Calls with streams and calls over a single connection
    /// (<see cref="MprpcConnection"/>) are not made again.
    /// </summary>
    public bool Idempotent { get; init; }

    /// <summary>
    /// What travels with the call besides its arguments. Null, the default: nothing. Only a server that knows the protocol's extensions takes it: for
    /// another the call or notification throws <see cref="NotSupportedException"/> before anything is sent. Must not be changed while calls use it.
    /// </summary>
    public MprpcMetadata? Metadata { get; init; }

    /// <summary>The call's streams; null: it has none.</summary>
    internal ICallStreams? Streams { get; init; }

    /// <summary>The trace that the call belongs to, for servers that take metadata and have been asked so for other reasons; null: none.</summary>
    internal MprpcMetadata? Trace { get; init; }

    /// <summary>What the call uses of the extensions: its metadata; empty where only streams. Null: nothing.</summary>
    internal MprpcMetadata? UsedExtensions => Metadata ?? (Streams is null ? null : MprpcMetadata.Empty);

    /// <summary>What a server that knows the extensions is told: nothing of a call without options of its own; empty metadata where only the timeout.</summary>
    internal MprpcMetadata? Told => Streams is not null ? MprpcMetadata.With(TracedMetadata, Streams)
        : TracedMetadata ?? (Timeout is null || Timeout == System.Threading.Timeout.InfiniteTimeSpan ? null : MprpcMetadata.Empty);

    private MprpcMetadata? TracedMetadata => Trace is null ? Metadata : Metadata is null ? Trace : Metadata.WithTrace(Trace);

    /// <summary>Options with a cancellation token only.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static implicit operator MprpcCallOptions(CancellationToken cancellationToken) => FromCancellationToken(cancellationToken);

    /// <summary>Options with a cancellation token only.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static MprpcCallOptions FromCancellationToken(CancellationToken cancellationToken) => new() { CancellationToken = cancellationToken };
}
