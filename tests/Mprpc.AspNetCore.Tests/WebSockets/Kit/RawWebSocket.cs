using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mprpc.AspNetCore.Tests.WebSockets.Kit;

/// <summary>A WebSocket client that sends and sees each frame: .NET's own hides pings.</summary>
internal sealed class RawWebSocket : IAsyncDisposable
{
    public const int Binary = 2;
    public const int Close = 8;
    public const int Ping = 9;
    public const int Pong = 10;
    private const int Final = 0x80;
    private const int Masked = 0x80;

    private readonly Socket _socket;
    private readonly NetworkStream _stream;

    private RawWebSocket(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    public static async Task<RawWebSocket> OpenAsync(IPEndPoint server, string path)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server).InTime();
        var opened = new RawWebSocket(socket);
        string request = $"GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
        await opened._stream.WriteAsync(Encoding.ASCII.GetBytes(request)).InTime();
        string head = await opened.ReadHeadAsync();

        Assert.StartsWith("HTTP/1.1 101", head, StringComparison.Ordinal);
        return opened;
    }

    /// <summary>Sends one frame, whole and masked with zeros.</summary>
    public Task SendAsync(int opcode, ReadOnlyMemory<byte> payload)
    {
        byte[] frame = new byte[14 + payload.Length];
        frame[0] = (byte)(Final | opcode);
        int at;

        if (payload.Length < 126)
        {
            frame[1] = (byte)(Masked | payload.Length);
            at = 2;
        }
        else
        {
            frame[1] = Masked | 127;
            BinaryPrimitives.WriteInt64BigEndian(frame.AsSpan(2), payload.Length);
            at = 10;
        }

        payload.CopyTo(frame.AsMemory(at + 4));
        return _stream.WriteAsync(frame.AsMemory(0, at + 4 + payload.Length)).InTime();
    }

    /// <summary>The next frame.</summary>
    public async Task<(int Opcode, byte[] Payload)> ReadAsync()
    {
        byte[] head = await ReadExactlyAsync(2);
        long length = head[1] switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(await ReadExactlyAsync(2)),
            127 => BinaryPrimitives.ReadInt64BigEndian(await ReadExactlyAsync(8)),
            _ => head[1],
        };
        return (head[0] & 0x0f, await ReadExactlyAsync((int)length));
    }

    /// <summary>Reads until a frame of this kind comes.</summary>
    public async Task<byte[]> ReadUntilAsync(int opcode)
    {
        while (true)
        {
            (int seen, byte[] payload) = await ReadAsync();

            if (seen == opcode)
            {
                return payload;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _stream.Dispose();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<byte[]> ReadExactlyAsync(int count)
    {
        byte[] bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes).InTime();
        return bytes;
    }

    private async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();

        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append((char)(await ReadExactlyAsync(1))[0]);
        }

        return head.ToString();
    }
}
