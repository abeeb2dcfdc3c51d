namespace Mprpc;

/// <summary>How long one call may take, and what cancels it.</summary>
public readonly record struct MprpcCallOptions
{
    /// <summary>How long to wait for the answer. Null, the default: as long as the client's options say; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>: for ever.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Ends the wait; the answer, if one comes, is ignored. Default: none.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>Options with a cancellation token only.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static implicit operator MprpcCallOptions(CancellationToken cancellationToken) => FromCancellationToken(cancellationToken);

    /// <summary>Options with a cancellation token only.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static MprpcCallOptions FromCancellationToken(CancellationToken cancellationToken) => new() { CancellationToken = cancellationToken };
}
