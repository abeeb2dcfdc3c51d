namespace Mprpc.Client.Transports;

/// <summary>Makes connections to one peer.</summary>
internal abstract class Dialer
{
    /// <exception cref="MprpcConnectionException">The peer cannot be reached.</exception>
    public abstract Task<ClientTransport> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>The peer's address, for errors and logs.</summary>
    public abstract override string ToString();
}
