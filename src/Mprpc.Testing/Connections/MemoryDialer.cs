using Mprpc.Client.Transports;

namespace Mprpc.Testing.Connections;

/// <summary>Connects in memory to whoever takes the other end of the link.</summary>
/// <param name="name">What is connected to, for errors and logs.</param>
/// <param name="accept">Takes the other end; may refuse with an <see cref="MprpcConnectionException"/>.</param>
internal sealed class MemoryDialer(string name, Action<MemoryLink> accept) : Dialer
{
    public override Task<ClientTransport> ConnectAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var link = new MemoryLink();
        accept(link);
        return Task.FromResult(new ClientTransport(link.ClientInput, link.ClientOutput, link.Close)
        {
            IsProtected = true,
            Reset = () => link.Reset(new IOException("The client has reset the connection.")),
        });
    }

    public override string ToString() => name;
}
