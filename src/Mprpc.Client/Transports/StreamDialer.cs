using System.IO.Pipelines;

namespace Mprpc.Client.Transports;

/// <summary>Uses streams that are there already, once: a lost connection cannot be made again.</summary>
internal sealed class StreamDialer(Stream input, Stream output) : Dialer
{
    private int _used;

    public override bool IsSpent => Volatile.Read(ref _used) != 0;

    public override Task<ClientTransport> ConnectAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _used, 1) != 0)
        {
            throw new MprpcConnectionException(
                "The stream of this client is closed, and a stream cannot be connected again. Create another client with another stream.")
            {
                IsLasting = true,
            };
        }

        return Task.FromResult(new ClientTransport(PipeReader.Create(input), PipeWriter.Create(output), Abort));
    }

    public override string ToString() => "the given stream";

    private void Abort()
    {
        input.Dispose();
        output.Dispose();
    }
}
