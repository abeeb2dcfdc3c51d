using System.IO.Pipelines;
using System.IO.Pipes;
using Mprpc.Transports;

namespace Mprpc.Client.Transports;

/// <summary>Connects to a named pipe of this machine.</summary>
internal sealed class NamedPipeDialer(RpcAddress address, MprpcClientOptions options) : Dialer
{
    private const string ThisMachine = ".";

    public override string ToString() => address.ToString();

    public override async Task<ClientTransport> ConnectAsync(CancellationToken cancellationToken)
    {
        var pipe = new NamedPipeClientStream(ThisMachine, address.PipeName!, PipeDirection.InOut, System.IO.Pipes.PipeOptions.Asynchronous);
        using var timeout = new CancellationTokenSource(options.ConnectTimeout ?? Timeout.InfiniteTimeSpan, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);

        try
        {
            // It waits for a pipe that is not there yet: the timeout ends that.
            await pipe.ConnectAsync(either.Token).ConfigureAwait(false);
            return new ClientTransport(PipeReader.Create(pipe), PipeWriter.Create(pipe), pipe.Dispose);
        }
        catch (Exception exception)
        {
            await pipe.DisposeAsync().ConfigureAwait(false);

            if (exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            string why = timeout.IsCancellationRequested
                ? $"no server opened it within {options.ConnectTimeout!.Value.TotalMilliseconds:N0} ms"
                : exception.Message;
            throw new MprpcConnectionException(
                $"Cannot connect to {address}: {why}. "
                + "Is a MessagePack-RPC server listening there?",
                requestWasSent: false,
                exception);
        }
    }
}
