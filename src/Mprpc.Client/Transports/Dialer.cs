namespace Mprpc.Client.Transports;

/// <summary>Makes connections to one peer.</summary>
internal abstract class Dialer
{
    /// <summary>Whether no further connection can be made: a next attempt would fail as well, so that it need not wait.</summary>
    public virtual bool IsSpent => false;

    /// <summary>The server of this connection is about to stop: for a while others are dialled before it, if there are any.</summary>
    /// <returns>Whether there are others; false if a new connection would be to the same server.</returns>
    public virtual bool TryAvoid(ClientTransport transport, TimeSpan time) => false;

    /// <exception cref="MprpcConnectionException">The peer cannot be reached.</exception>
    public abstract Task<ClientTransport> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>The peer's address, for errors and logs.</summary>
    public abstract override string ToString();
}
