using System.Buffers;
using System.Net;
using System.Net.Sockets;
using MessagePack;

namespace Mprpc.Tests.Kit;

/// <summary>A peer that writes and reads bytes: it knows of MessagePack only where a value ends.</summary>
public sealed class RawPeer : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _received = new byte[64 * 1024];
    private byte[] _rest = [];

    private RawPeer(Socket socket) => _socket = socket;

    public static async Task<RawPeer> DialAsync(EndPoint server)
    {
        Socket socket = server is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        await socket.ConnectAsync(server).InTime();
        return new RawPeer(socket);
    }

    /// <summary>Its own address.</summary>
    public EndPoint LocalEndPoint => _socket.LocalEndPoint!;

    public Task SendAsync(string hex) => SendAsync(Hex.Bytes(hex));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int sent = await _socket.SendAsync(bytes).InTime();
            bytes = bytes[sent..];
        }
    }

    /// <summary>Sends the pieces one by one; the server's thread gets the processor in between, so that it mostly reads them one by one.</summary>
    public async Task SendPiecesAsync(params IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            await SendAsync(piece);
            await Task.Yield();
            Thread.Yield();
        }
    }

    /// <summary>The next whole message, in hexadecimal.</summary>
    public async Task<string> ReadMessageAsync()
    {
        while (true)
        {
            if (TryTakeMessage() is { } message)
            {
                return Hex.Text(message);
            }

            int count = await _socket.ReceiveAsync(_received).InTime();
            Assert.True(count > 0, $"The server closed the connection; unread is: {Hex.Text(_rest)}");
            _rest = [.. _rest, .. _received.AsSpan(0, count)];
        }
    }

    /// <summary>So many messages, one after the other, in hexadecimal.</summary>
    public async Task<List<string>> ReadMessagesAsync(int count)
    {
        List<string> messages = [];

        while (messages.Count < count)
        {
            messages.Add(await ReadMessageAsync());
        }

        return messages;
    }

    /// <summary>Reads until the server has closed the connection.</summary>
    /// <returns>What came before, in hexadecimal.</returns>
    /// <exception cref="SocketException">The connection was reset.</exception>
    public async Task<string> ReadToEndAsync()
    {
        while (true)
        {
            int count = await _socket.ReceiveAsync(_received).InTime();

            if (count == 0)
            {
                return Hex.Text(_rest);
            }

            _rest = [.. _rest, .. _received.AsSpan(0, count)];
        }
    }

    /// <summary>Waits for the end of the connection, whether in good order or by a reset.</summary>
    public async Task<string> ReadToAnyEndAsync()
    {
        try
        {
            return await ReadToEndAsync();
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset)
        {
            return Hex.Text(_rest);
        }
    }

    /// <summary>Proves that the connection is open and that nothing had been sent besides what was read.</summary>
    public async Task AssertOpenAsync()
    {
        await SendAsync("94 00 cd7a7a SUM");

        Assert.Equal("9401cd7a7ac003", await ReadMessageAsync());
        Assert.Empty(_rest);
    }

    /// <summary>Sends FIN; answers can still be read.</summary>
    public void FinishSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Ends the connection with RST.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Close();
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private byte[]? TryTakeMessage()
    {
        var reader = new MessagePackReader(new ReadOnlySequence<byte>(_rest));

        try
        {
            reader.Skip();
        }
        catch (EndOfStreamException)
        {
            return null;
        }

        byte[] message = _rest[..(int)reader.Consumed];
        _rest = _rest[message.Length..];
        return message;
    }
}
