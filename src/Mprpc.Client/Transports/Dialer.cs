namespace Mprpc.Client.Transports;

/// <summary>Makes connections to one peer, or to one of several.</summary>
internal abstract class Dialer
{
    /// <summary>Whether no further connection can be made: a next attempt would fail as well, so that it need not wait.</summary>
    public virtual bool IsSpent => false;

    /// <summary>To how many servers connections can be made, as far as is known: at least one.</summary>
    public virtual int Usable => 1;

    /// <summary>How often <see cref="Refresh"/> has something to do while there are connections; null: never.</summary>
    public virtual TimeSpan? RefreshInterval => null;

    /// <summary>The server of this connection is about to stop: for a while others are dialled before it, if there are any.</summary>
    /// <returns>Whether there are others; false if a new connection would be to the same server.</returns>
    public virtual bool TryAvoid(ClientTransport transport, TimeSpan time) => false;

    /// <summary>This connection was lost: whoever dials next tries others first, if there are any.</summary>
    /// <param name="transport">The connection's.</param>
    /// <param name="wasHeard">Whether the server has ever sent anything over it; if not, it is no better than one that could not be made.</param>
    public virtual void OnLost(ClientTransport transport, bool wasHeard)
    {
    }

    /// <summary>The server of this connection has sent something: it can be used.</summary>
    public virtual void OnHeard(ClientTransport transport)
    {
    }

    /// <summary>Looks for other servers, if the time has come. Waits for nothing.</summary>
    public virtual void Refresh()
    {
    }

    /// <summary>Tells the dialer whom it dials for.</summary>
    /// <param name="onChanged">To be called, under no lock, when there are other servers than before.</param>
    /// <param name="isConnected">Whether there is a connection that takes calls: a further one is to another server then.</param>
    public virtual void Watch(Action onChanged, Func<bool> isConnected)
    {
    }

    /// <summary>The client was disposed.</summary>
    public virtual void End()
    {
    }

    /// <exception cref="MprpcConnectionException">The peer cannot be reached.</exception>
    public abstract Task<ClientTransport> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>The peer's address, for errors and logs.</summary>
    public abstract override string ToString();
}
