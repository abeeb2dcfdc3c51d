namespace Mprpc.Client.Transports;

/// <summary>Makes connections, each within <see cref="MprpcClientOptions.ConnectTimeout"/>.</summary>
internal abstract class TimedDialer(string peer, MprpcClientOptions options) : Dialer
{
    protected MprpcClientOptions Options => options;

    public sealed override string ToString() => peer;

    public sealed override async Task<ClientTransport> ConnectAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout ?? Timeout.InfiniteTimeSpan, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);

        try
        {
            return await DialAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            string? late = timeout.IsCancellationRequested ? $"within {options.ConnectTimeout!.Value.TotalMilliseconds:N0} ms" : null;

            if (Describe(exception, late) is not { } problem)
            {
                throw;
            }

            throw new MprpcConnectionException($"Cannot connect to {peer}{problem}", requestWasSent: false, exception);
        }
    }

    /// <summary>Makes a connection; disposes what it has made if it throws.</summary>
    /// <param name="cancellationToken">Cancelled by the caller, or when the time is up.</param>
    protected abstract Task<ClientTransport> DialAsync(CancellationToken cancellationToken);

    /// <summary>Why there is no connection, and what to do: the rest of a sentence that begins with the peer.</summary>
    /// <param name="exception">What <see cref="DialAsync"/> threw.</param>
    /// <param name="late">The time that is up; null if it is not.</param>
    /// <returns>Null: the exception is not of the connection, and goes to the caller as it is.</returns>
    protected abstract string? Describe(Exception exception, string? late);
}
