using System.Net.Security;
using System.Net.Sockets;

namespace Mprpc.Tool.Frames;

/// <summary>A connection as a stream of bytes, whose sending side can be ended by itself.</summary>
internal sealed class ByteConnection(Socket socket, SslStream? tls = null) : IAsyncDisposable
{
    private readonly Stream _stream = tls ?? (Stream)new NetworkStream(socket, ownsSocket: true);

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => _stream.ReadAsync(buffer, cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => _stream.WriteAsync(bytes, cancellationToken);

    /// <summary>Tells the peer that nothing more is sent; what it sends is still read.</summary>
    public async Task EndSendingAsync()
    {
        if (tls is not null)
        {
            await tls.ShutdownAsync();
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
