namespace Mprpc;

/// <summary>How one stream of a call is read. Immutable.</summary>
public sealed record MprpcStreamOptions
{
    /// <summary>
    /// How many items the peer may be ahead of what is read, 1 or more. 1: the peer makes the next item when the one before has been asked for, as queues want
    /// it. Null, the default: as many as fit the window of bytes, which begins with 64 KiB and grows to 1 MiB as far as the reading keeps up.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Zero or negative.</exception>
    public int? Prefetch
    {
        get;
        init
        {
            if (value is { } items)
            {
                ArgumentOutOfRangeException.ThrowIfNegativeOrZero(items, nameof(value));
            }

            field = value;
        }
    }

    /// <summary>The call's own options. A timeout is that of the whole stream; without one the client's ends only the wait for the first item.</summary>
    public MprpcCallOptions Call { get; init; }
}
