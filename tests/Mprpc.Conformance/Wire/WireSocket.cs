using System.Net;
using System.Net.Sockets;

namespace Mprpc.Conformance.Wire;

/// <summary>A connection that sends in pieces and reads whole MessagePack values, each with a deadline.</summary>
public sealed class WireSocket(Socket socket) : IDisposable
{
    private readonly byte[] _chunk = new byte[65536];
    private byte[] _unread = [];
    private bool _ended;

    /// <summary>Bytes received that are not a whole value yet.</summary>
    public ReadOnlySpan<byte> Unread => _unread;

    /// <summary>Whether the peer's end was a FIN (true) or a reset (false); null while it is open.</summary>
    public bool? EndedInOrder { get; private set; }

    /// <summary>Connects; small sends go out as they are.</summary>
    /// <param name="endpoint">tcp://host:port or unix:///path.</param>
    public static async Task<WireSocket> ConnectAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        bool isUnix = endpoint.Scheme == "unix";
        Socket socket = isUnix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(
                isUnix ? new UnixDomainSocketEndPoint(endpoint.AbsolutePath) : new DnsEndPoint(endpoint.Host, endpoint.Port), cancellationToken);
            return new WireSocket(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends the bytes in pieces of these lengths. A peer that has closed is no error here: what it answered is judged.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, IReadOnlyList<int> pieces, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        try
        {
            foreach (int length in pieces)
            {
                for (ReadOnlyMemory<byte> piece = bytes[..length]; piece.Length > 0;)
                {
                    piece = piece[await socket.SendAsync(piece, SocketFlags.None, cancellationToken)..];
                }

                bytes = bytes[length..];
                if (bytes.Length > 0)
                {
                    // Long enough for the peer to read this piece alone; TCP would join pieces that wait.
                    await Task.Delay(1, cancellationToken);
                }
            }
        }
        catch (SocketException)
        {
        }
    }

    /// <summary>Sends FIN; reading goes on.</summary>
    public void FinishSending()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
        }
    }

    /// <summary>The next whole value; null when the peer has closed.</summary>
    /// <exception cref="TimeoutException">Neither came in time.</exception>
    public async Task<WireValue?> ReadAsync(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        while (true)
        {
            if (WireDecoder.TryRead(_unread, out WireValue value))
            {
                _unread = _unread[value.Encoded.Length..];
                return value;
            }

            if (_ended)
            {
                return null;
            }

            await ReceiveAsync(within, deadline.Token);
        }
    }

    /// <summary>Waits for the peer's close. False when bytes came first.</summary>
    /// <exception cref="TimeoutException">Neither came in time.</exception>
    public async Task<bool> ReadEndAsync(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        while (!_ended && _unread.Length == 0)
        {
            await ReceiveAsync(within, deadline.Token);
        }

        return _unread.Length == 0;
    }

    /// <summary>Whether nothing at all arrives for this long.</summary>
    public async Task<bool> IsSilentAsync(TimeSpan duration)
    {
        try
        {
            await ReadEndAsync(duration);
            return false;
        }
        catch (TimeoutException)
        {
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    private async Task ReceiveAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        try
        {
            int count = await socket.ReceiveAsync(_chunk, SocketFlags.None, cancellationToken);
            if (count == 0)
            {
                End(inOrder: true);
            }
            else
            {
                _unread = [.. _unread, .. _chunk.AsSpan(0, count)];
            }
        }
        catch (SocketException)
        {
            End(inOrder: false);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"nothing more within {within.TotalMilliseconds:0} ms");
        }
    }

    private void End(bool inOrder)
    {
        _ended = true;
        EndedInOrder = inOrder;
    }
}
