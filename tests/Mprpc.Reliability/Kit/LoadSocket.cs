using System.Net;
using System.Net.Sockets;

namespace Mprpc.Reliability.Kit;

/// <summary>A connection for masses of bytes: they are counted, not looked at.</summary>
internal sealed class LoadSocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _received = new byte[64 * 1024];

    public static async Task<LoadSocket> DialAsync(EndPoint server)
    {
        var load = new LoadSocket();
        await load._socket.ConnectAsync(server).InTime();
        return load;
    }

    /// <summary>Sends all; fails where the server has closed.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes).InTime()..];
        }
    }

    /// <summary>Sends what the server takes within a time.</summary>
    /// <returns>How many bytes it has taken.</returns>
    public async Task<int> SendWithinAsync(ReadOnlyMemory<byte> bytes, TimeSpan time)
    {
        using var end = new CancellationTokenSource(time);
        int sent = 0;

        try
        {
            while (sent < bytes.Length)
            {
                sent += await _socket.SendAsync(bytes[sent..], end.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // As far as it went.
        }

        return sent;
    }

    /// <summary>Receives exactly so many bytes.</summary>
    public async Task<byte[]> ReceiveAsync(int length)
    {
        byte[] bytes = new byte[length];

        for (int position = 0; position < length;)
        {
            int count = await _socket.ReceiveAsync(bytes.AsMemory(position)).InTime();
            Assert.True(count > 0, $"The server closed the connection after {position} of {length} bytes.");
            position += count;
        }

        return bytes;
    }

    /// <summary>Receives until the connection ends, in whatever way.</summary>
    /// <returns>How many bytes came.</returns>
    public async Task<long> ReceiveToEndAsync()
    {
        long total = 0;

        try
        {
            while (await _socket.ReceiveAsync(_received).InTime() is var count and > 0)
            {
                total += count;
            }
        }
        catch (SocketException)
        {
            // A reset is an end too.
        }

        return total;
    }

    /// <summary>Receives until the server has ended its side in good order.</summary>
    public async Task CopyToAsync(Stream stream)
    {
        while (await _socket.ReceiveAsync(_received).InTime() is var count and > 0)
        {
            await stream.WriteAsync(_received.AsMemory(0, count));
        }
    }

    /// <summary>Receives until the connection ends, in whatever way.</summary>
    public async Task CopyToAnyEndAsync(Stream stream)
    {
        try
        {
            await CopyToAsync(stream);
        }
        catch (SocketException)
        {
            // A reset is an end too.
        }
    }

    public void FinishSending() => _socket.Shutdown(SocketShutdown.Send);

    public void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Close();
    }

    public void Dispose() => _socket.Dispose();
}
