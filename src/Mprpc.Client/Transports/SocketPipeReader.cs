using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Mprpc.Client.Transports;

/// <summary>Reads a socket straight into the one buffer that the read loop parses: no pipe and no copy between.</summary>
/// <remarks>For the read loop alone: it always consumes all that a read brought, and keeps the part of a message that is not all there itself.</remarks>
internal sealed class SocketPipeReader(Socket socket) : PipeReader
{
    private const int BufferSize = 64 * 1024;

    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _unread;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        Debug.Assert(_unread == 0, "The loop consumes all it was given before it reads on.");
        _unread = await socket.ReceiveAsync(_buffer.AsMemory(), SocketFlags.None, cancellationToken).ConfigureAwait(false);
        return new ReadResult(new ReadOnlySequence<byte>(_buffer!, 0, _unread), isCanceled: false, isCompleted: _unread == 0);
    }

    public override bool TryRead(out ReadResult result)
    {
        result = default;
        return false;
    }

    public override void AdvanceTo(SequencePosition consumed) => _unread -= consumed.GetInteger();

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => AdvanceTo(consumed);

    /// <summary>Ends the reading: the pending read completes as if the peer had finished.</summary>
    public override void CancelPendingRead()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Not connected any more: the pending read ends by itself.
        }
    }

    public override void Complete(Exception? exception = null)
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
