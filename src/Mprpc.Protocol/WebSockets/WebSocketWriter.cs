using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using Mprpc.Connections;

namespace Mprpc.WebSockets;

/// <summary>Sends each batch of whole messages as one binary message, in fragments where it is large (docs/protocol.md 1.5).</summary>
internal sealed class WebSocketWriter(WebSocket socket) : BatchPipeWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1);

    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> piece, bool isLast)
    {
        await socket.SendAsync(piece, WebSocketMessageType.Binary, isLast, CancellationToken.None).ConfigureAwait(false);
        return default;
    }

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        FlushResult result = await WriteAsync(_buffer.WrittenMemory, isLast: true).ConfigureAwait(false);
        _buffer.ResetWrittenCount();
        return result;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _buffer.GetSpan(sizeHint);

    public override void Advance(int bytes) => _buffer.Advance(bytes);

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }
}
