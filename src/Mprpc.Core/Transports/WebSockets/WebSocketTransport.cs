using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Mprpc.Transports.WebSockets;

/// <summary>A WebSocket as the bytes of a connection: what its binary messages hold is one stream, wherever they are cut (docs/protocol.md 1.5).</summary>
/// <remarks>
/// What is received goes through a pipe, because a read of a WebSocket that is cancelled ends the WebSocket, and the end of a connection must leave room for
/// the last answers.
/// </remarks>
internal sealed class WebSocketTransport : IDuplexPipe
{
    private const int ReceiveSize = 16 * 1024;

    // A ping comes behind what the peer has sent before it, and is answered only when that is received: so this is received although nobody may read it yet.
    // Kestrel keeps as much.
    private const int MaxUnread = 1024 * 1024;

    // Of what a peer goes on to send after the close; one that sends more does not look for it. As much as a connection over TCP drops at its end.
    private const int MaxDropped = 1024 * 1024;

    private readonly WebSocket _socket;
    private readonly Pipe _received = new(
        new PipeOptions(pauseWriterThreshold: MaxUnread, resumeWriterThreshold: MaxUnread / 2, useSynchronizationContext: false));
    private Task? _receiving;
    private bool _isText;
    private volatile bool _isClosing;

    public WebSocketTransport(WebSocket socket)
    {
        _socket = socket;
        Output = new WebSocketWriter(socket);
    }

    public PipeReader Input => _received.Reader;

    public PipeWriter Output { get; }

    /// <summary>Begins to receive.</summary>
    public void Start() => _receiving = ReceiveAsync();

    /// <summary>Ends both directions at once.</summary>
    public void Abort() => _socket.Abort();

    /// <summary>
    /// Says why the connection ends, and waits for the peer to agree; aborts where it does not in time. To be called when nothing more is sent.
    /// </summary>
    /// <param name="status">Why; a text message of the peer's counts more.</param>
    /// <param name="description">The same in words.</param>
    /// <param name="timeout">How long it may take in all.</param>
    /// <param name="clock">Measures it.</param>
    public async Task CloseAsync(WebSocketCloseStatus status, string? description, TimeSpan timeout, TimeProvider clock)
    {
        long start = clock.GetTimestamp();

        try
        {
            if (_isText)
            {
                (status, description) = (WebSocketCloseStatus.InvalidMessageType, "MessagePack-RPC takes binary messages.");
            }

            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync(status, description, CancellationToken.None).WaitAsync(timeout, clock).ConfigureAwait(false);
            }

            _isClosing = true;

            if (_receiving is not null)
            {
                TimeSpan left = timeout - clock.GetElapsedTime(start);
                await _receiving.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // The peer is gone, or does not answer; what the transport below throws then differs.
            Debug.Assert(exception is not NullReferenceException, "Closing fails only because of the peer.");
            _socket.Abort();
        }
    }

    private async Task ReceiveAsync()
    {
        PipeWriter writer = _received.Writer;
        byte[]? dropped = null;         // takes what nobody reads any more: the peer's close comes behind it
        Exception? failure = null;
        int afterClose = 0;

        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult received = await _socket
                    .ReceiveAsync(dropped ?? writer.GetMemory(ReceiveSize), CancellationToken.None)
                    .ConfigureAwait(false);

                if (received.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                if (dropped is not null)
                {
                    afterClose += _isClosing ? received.Count : 0;

                    if (afterClose > MaxDropped)
                    {
                        break;
                    }

                    continue;
                }

                if (received.MessageType == WebSocketMessageType.Text)
                {
                    _isText = true;
                    dropped = new byte[ReceiveSize];
                    var refusal = new MprpcProtocolException(
                        "The peer sent a text message over its WebSocket. Allowed are binary messages, which hold MessagePack.");
                    await writer.CompleteAsync(refusal).ConfigureAwait(false);
                    continue;
                }

                writer.Advance(received.Count);

                if ((await writer.FlushAsync().ConfigureAwait(false)).IsCompleted)
                {
                    dropped = new byte[ReceiveSize];
                }
            }
        }
        catch (Exception exception)
        {
            // Whatever the transport below throws: the connection is lost, and whoever reads must know.
            failure = exception;
        }

        await writer.CompleteAsync(failure).ConfigureAwait(false);
    }
}
