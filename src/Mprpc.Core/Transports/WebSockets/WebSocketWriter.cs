using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Mprpc.Transports.WebSockets;

/// <summary>Sends each batch of whole messages as one binary message, in fragments where it is large (docs/protocol.md 1.5).</summary>
internal sealed class WebSocketWriter(WebSocket socket) : BatchPipeWriter
{
    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> piece, bool isLast)
    {
        await socket.SendAsync(piece, WebSocketMessageType.Binary, isLast, CancellationToken.None).ConfigureAwait(false);
        return default;
    }
}
