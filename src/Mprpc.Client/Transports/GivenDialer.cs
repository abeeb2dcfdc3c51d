namespace Mprpc.Client.Transports;

/// <summary>Uses a transport that is there already, once: a lost connection cannot be made again.</summary>
/// <param name="transport">The transport.</param>
/// <param name="noun">What it is to whoever has given it: stream, transport.</param>
/// <param name="options">The client's.</param>
internal sealed class GivenDialer(MprpcTransport transport, string noun, MprpcClientOptions options) : Dialer
{
    private int _used;

    public override bool IsSpent => Volatile.Read(ref _used) != 0;

    public override Task<ClientTransport> ConnectAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _used, 1) != 0)
        {
            throw new MprpcConnectionException(
                $"The {noun} of this client is closed, and a {noun} cannot be connected again. Create another client with another {noun}.")
            {
                IsLasting = true,
            };
        }

        return Task.FromResult(ClientTransport.Of(transport, ToString(), options.LoggerFactory));
    }

    public override string ToString() => $"the given {noun}";
}
