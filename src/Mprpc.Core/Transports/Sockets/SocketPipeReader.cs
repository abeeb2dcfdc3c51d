using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Mprpc.Transports.Sockets;

/// <summary>Reads a socket where there is no poller.</summary>
internal sealed class SocketPipeReader(Socket socket) : DirectPipeReader(socket)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        Debug.Assert(Buffer is null, "The loop consumes all it was given before it reads on.");

        // Of no bytes: completes when there are some.
        await Socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        Buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        return Result(await Socket.ReceiveAsync(Buffer.AsMemory(), SocketFlags.None, cancellationToken).ConfigureAwait(false));
    }
}
