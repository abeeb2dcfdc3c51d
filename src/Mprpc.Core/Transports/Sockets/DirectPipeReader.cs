using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Mprpc.Diagnostics;

namespace Mprpc.Transports.Sockets;

/// <summary>Reads a socket straight into the one buffer that the read loop parses: no pipe and no copy between, and no buffer while nothing comes.</summary>
/// <remarks>For the read loop alone: it always consumes all that a read brought, and keeps the part of a message that is not all there itself.</remarks>
internal abstract class DirectPipeReader(Socket socket) : PipeReader
{
    protected const int BufferSize = 64 * 1024;

    private RestOfInput _rest = new();

    protected Socket Socket { get; } = socket;

    /// <summary>What was read last, until it is consumed.</summary>
    protected byte[]? Buffer { get; set; }

    public abstract override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default);

    public override bool TryRead(out ReadResult result)
    {
        result = default;
        return false;
    }

    public override void AdvanceTo(SequencePosition consumed)
    {
        if (Buffer is { } buffer)
        {
            Buffer = null;
            Poison.Fill(buffer);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => AdvanceTo(consumed);

    /// <summary>Ends the reading: what has come is still read, then it is as if the peer had finished.</summary>
    public override void CancelPendingRead() => _rest.Cut(Socket);

    public override void Complete(Exception? exception = null) => AdvanceTo(default);

    protected ReadResult Result(int received)
        => new(new ReadOnlySequence<byte>(Buffer ?? [], 0, received), isCanceled: _rest.IsLast(Socket, received), isCompleted: received == 0);
}
