using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Mprpc.Sockets;

/// <summary>Reads a socket, where there is no poller, straight into the one buffer that the read loop parses: no pipe and no copy between, and no buffer while nothing comes.</summary>
/// <remarks>For the read loop alone: it always consumes all that a read brought, and keeps the part of a message that is not all there itself.</remarks>
internal sealed class SocketPipeReader(Socket socket) : PipeReader
{
    private const int BufferSize = 64 * 1024;

    private byte[]? _buffer;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        Debug.Assert(_buffer is null, "The loop consumes all it was given before it reads on.");

        // Of no bytes: completes when there are some.
        await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        int received = await socket.ReceiveAsync(_buffer.AsMemory(), SocketFlags.None, cancellationToken).ConfigureAwait(false);
        return new ReadResult(new ReadOnlySequence<byte>(_buffer, 0, received), isCanceled: false, isCompleted: received == 0);
    }

    public override bool TryRead(out ReadResult result)
    {
        result = default;
        return false;
    }

    public override void AdvanceTo(SequencePosition consumed) => Complete();

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => Complete();

    /// <summary>Ends the reading: the pending read completes as if the peer had finished.</summary>
    public override void CancelPendingRead() => SocketTransport.TryShutdown(socket, SocketShutdown.Receive);

    public override void Complete(Exception? exception = null)
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
