using System.Net.Sockets;
using MessagePack;

namespace Mprpc.Client.Tests;

/// <summary>The server's side of one connection, played by the test.</summary>
internal sealed class ScriptedConnection(Socket socket) : IDisposable
{
    private readonly List<byte> _unread = [];

    public Socket Socket => socket;

    /// <summary>Whether it answers <c>$/hello</c> itself, as a server that knows only the plain protocol.</summary>
    public bool IsPlain { get; init; } = true;

    public async Task SendAsync(string hex) => await SendAsync(Hex.Bytes(hex)).ConfigureAwait(false);

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes).ConfigureAwait(false)..];
        }
    }

    /// <summary>The next whole message, in hexadecimal.</summary>
    public async Task<string> ReadAsync()
        => await TryReadAsync().ConfigureAwait(false) ?? throw new EndOfStreamException("The client has closed the connection.");

    /// <summary>The next whole message, or null where the client has ended its side in good order.</summary>
    public async Task<string?> TryReadAsync()
    {
        byte[] buffer = new byte[64 * 1024];

        while (true)
        {
            if (TryTake() is { } message)
            {
                if (IsPlain && Hex.IsHello(message))
                {
                    await SendAsync(Hex.Refusal(message)).ConfigureAwait(false);
                    continue;
                }

                return message;
            }

            int read = await socket.ReceiveAsync(buffer).WaitAsync(ScriptedServer.Deadline).ConfigureAwait(false);

            if (read == 0)
            {
                Assert.Empty(_unread);
                return null;
            }

            _unread.AddRange(buffer.AsSpan(0, read));
        }
    }

    /// <summary>Reads a request and answers it.</summary>
    public async Task<string> AnswerAsync(string body)
    {
        string request = await ReadAsync().ConfigureAwait(false);
        await SendAsync(Hex.Answer(request, body)).ConfigureAwait(false);
        return request;
    }

    /// <summary>Waits until the client has closed its side, in whichever way.</summary>
    public async Task WaitForEndAsync()
    {
        try
        {
            while (await TryReadAsync().ConfigureAwait(false) is not null)
            {
            }
        }
        catch (SocketException)
        {
            // A reset is an end too.
        }
    }

    /// <summary>Whether nothing comes for a while.</summary>
    public async Task<bool> IsSilentAsync(int milliseconds = 50)
    {
        Assert.Empty(_unread);
        using var source = new CancellationTokenSource(milliseconds);

        try
        {
            await socket.ReceiveAsync(new byte[1], SocketFlags.Peek, source.Token).ConfigureAwait(false);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    public void Finish() => socket.Shutdown(SocketShutdown.Send);

    public void Reset()
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Dispose();
    }

    public void Dispose() => socket.Dispose();

    private string? TryTake()
    {
        if (_unread.Count == 0)
        {
            return null;
        }

        byte[] bytes = [.. _unread];
        var reader = new MessagePackReader(bytes);

        try
        {
            reader.Skip();
        }
        catch (EndOfStreamException)
        {
            return null;
        }

        _unread.RemoveRange(0, (int)reader.Consumed);
        return Hex.Of(bytes.AsSpan(0, (int)reader.Consumed));
    }
}
