using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Mprpc.Sockets;

/// <summary>Reads a polled socket straight into the one buffer that the read loop parses: no pipe and no copy between, and no buffer while nothing comes.</summary>
/// <remarks>For the read loop alone: it always consumes all that a read brought, and keeps the part of a message that is not all there itself.</remarks>
internal sealed class PolledPipeReader(PolledSocket socket) : PipeReader
{
    private const int BufferSize = 64 * 1024;
    private const int NothingYet = -1;

    private byte[]? _buffer;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        int received;

        do
        {
            if (!socket.PeerHasFinished)
            {
                await socket.Readable.WaitAsync().ConfigureAwait(false);
            }

            received = Receive();
        }
        while (received == NothingYet);

        return new ReadResult(new ReadOnlySequence<byte>(_buffer ?? [], 0, received), isCanceled: false, isCompleted: received == 0);
    }

    public override bool TryRead(out ReadResult result)
    {
        result = default;
        return false;
    }

    public override void AdvanceTo(SequencePosition consumed)
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => AdvanceTo(consumed);

    /// <summary>Ends the reading: the pending read completes as if the peer had finished.</summary>
    public override void CancelPendingRead() => SocketTransport.TryShutdown(socket.Socket, SocketShutdown.Receive);

    public override void Complete(Exception? exception = null)
    {
    }

    private int Receive()
    {
        Debug.Assert(_buffer is null, "The loop consumes all it was given before it reads on.");
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        int received = socket.Socket.Receive(buffer, SocketFlags.None, out SocketError error);

        if (received > 0)
        {
            _buffer = buffer;

            // An event comes only for what is new, and a buffer that was filled may have left something.
            if (received == buffer.Length)
            {
                socket.ReadLater();
            }

            return received;
        }

        ArrayPool<byte>.Shared.Return(buffer);

        switch (error)
        {
            case SocketError.Success:
                return 0;
            case SocketError.WouldBlock:
                socket.PeerHasFinished = false;     // it has not, if there may be more
                return NothingYet;
            default:
                throw new SocketException((int)error);
        }
    }
}
