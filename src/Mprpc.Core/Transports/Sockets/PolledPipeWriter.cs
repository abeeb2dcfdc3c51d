using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Mprpc.Transports.Sockets;

/// <summary>Sends what it is given straight from the caller's buffer.</summary>
internal sealed class PolledPipeWriter(PolledSocket socket) : DirectPipeWriter
{
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        => TrySend(ref source) ? default : SendRestAsync(source);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> SendRestAsync(ReadOnlyMemory<byte> rest)
    {
        do
        {
            await socket.Writable.WaitAsync().ConfigureAwait(false);
        }
        while (!TrySend(ref rest));

        return default;
    }

    /// <summary>
    /// Sends until all is sent or the system says that there is no room: a send that was merely short, as by a signal, has no event to follow.
    /// </summary>
    private bool TrySend(ref ReadOnlyMemory<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            int sent = SocketFaults.AreOn
                ? SocketFaults.Send(socket.Socket, rest.Span, socket.IsRefused(), out SocketError error)
                : socket.Socket.Send(rest.Span, SocketFlags.None, out error);

            switch (error)
            {
                case SocketError.Success:
                    rest = rest[sent..];
                    break;
                case SocketError.WouldBlock:
                    return false;
                default:
                    throw new SocketException((int)error);
            }
        }

        return true;
    }
}
