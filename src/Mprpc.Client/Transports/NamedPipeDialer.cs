using System.IO.Pipelines;
using System.IO.Pipes;
using Mprpc.Transports;

namespace Mprpc.Client.Transports;

/// <summary>Connects to a named pipe of this machine.</summary>
internal sealed class NamedPipeDialer(RpcAddress address, MprpcClientOptions options) : TimedDialer(address.ToString(), options)
{
    private const string ThisMachine = ".";

    protected override async Task<ClientTransport> DialAsync(CancellationToken cancellationToken)
    {
        var pipe = new NamedPipeClientStream(ThisMachine, address.PipeName!, PipeDirection.InOut, System.IO.Pipes.PipeOptions.Asynchronous);

        try
        {
            // It waits for a pipe that is not there yet: the timeout ends that.
            await pipe.ConnectAsync(cancellationToken).ConfigureAwait(false);
            return new ClientTransport(PipeReader.Create(pipe), PipeWriter.Create(pipe), pipe.Dispose) { IsProtected = true };
        }
        catch
        {
            await pipe.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    protected override string Describe(Exception exception, string? late)
        => $": {(late is null ? exception.Message : $"no server opened it {late}")}. Is a MessagePack-RPC server listening there?";
}
