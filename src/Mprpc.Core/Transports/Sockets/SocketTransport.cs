using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace Mprpc.Transports.Sockets;

/// <summary>A connected socket as the bytes of a connection, read and written without anything between.</summary>
internal sealed class SocketTransport : IDuplexPipe
{
    private static readonly TimeSpan UnixRetry = TimeSpan.FromMilliseconds(10);

    private readonly PolledSocket? _polled;

    /// <summary>Of a socket that was accepted.</summary>
    /// <param name="socket">Belongs to the transport from here on. Nothing asynchronous may have been done with it.</param>
    /// <param name="onFailed">Called when the peer has reset the connection, even where nobody reads; not to hold its thread up. Not called where there is no
    /// poller.</param>
    public SocketTransport(Socket socket, Action onFailed)
        : this(socket, SocketPoller.Shared is { } poller ? new PolledSocket(poller, socket) { OnFailed = onFailed } : null)
        => SocketSettings.Apply(socket);    // a Unix socket does not take its listener's over

    private SocketTransport(Socket socket, PolledSocket? polled)
    {
        Socket = socket;
        _polled = polled;
        Input = polled is null ? new SocketPipeReader(socket) : new PolledPipeReader(polled);
        Output = polled is null ? new SocketPipeWriter(socket) : new PolledPipeWriter(polled);
    }

    public Socket Socket { get; }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>Connects a socket that has not been used yet.</summary>
    /// <param name="socket">Belongs to the transport if it is connected.</param>
    /// <param name="endPoint">An address, not a name.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="SocketException">The peer cannot be reached.</exception>
    public static Task<SocketTransport> ConnectAsync(Socket socket, EndPoint endPoint, CancellationToken cancellationToken)
        => ConnectAsync(socket, endPoint, SocketPoller.Shared, cancellationToken);

    /// <summary>As the other, with a poller or without.</summary>
    public static async Task<SocketTransport> ConnectAsync(Socket socket, EndPoint endPoint, SocketPoller? poller, CancellationToken cancellationToken)
    {
        SocketSettings.Apply(socket);

        if (poller is null)
        {
            await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
            return new SocketTransport(socket, polled: null);
        }

        // Not by ConnectAsync: .NET's own poller would report all events of the socket as well from then on, for nobody.
        socket.Blocking = false;
        bool isPending = await BeginConnectAsync(socket, endPoint, cancellationToken).ConfigureAwait(false);
        PolledSocket polled = PolledSocket.Create(poller, socket);

        try
        {
            if (isPending)
            {
                await WaitUntilConnectedAsync(polled, cancellationToken).ConfigureAwait(false);

                // Off the poller's thread: who has waited for the connection may do with his thread what he likes.
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }

            return new SocketTransport(socket, polled);
        }
        catch
        {
            polled.Forget();
            throw;
        }
    }

    /// <summary>
    /// Ends both directions, then closes: a socket that is disposed while it receives is reset, and what is on its way is lost. May be called more than once.
    /// </summary>
    public void Close()
    {
        SocketEnd.TryShutdown(Socket, SocketShutdown.Both);
        _polled?.Forget();
        Socket.Dispose();
        _polled?.Wake();
    }

    /// <summary>
    /// Closes with a reset: what is on its way may be lost, and the peer knows at once that nobody waits for its answers. May be called more than once.
    /// </summary>
    public void Reset()
    {
        try
        {
            Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Not connected any more.
        }

        _polled?.Forget();
        Socket.Dispose();
        _polled?.Wake();
    }

    /// <returns>Whether it is still to be waited for.</returns>
    private static async ValueTask<bool> BeginConnectAsync(Socket socket, EndPoint endPoint, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                socket.Connect(endPoint);
                return false;
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                if (endPoint is not UnixDomainSocketEndPoint)
                {
                    return true;
                }
            }

            // A Unix socket whose queue is full, for whose room nobody can wait.
            await Task.Delay(UnixRetry, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask WaitUntilConnectedAsync(PolledSocket polled, CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(static polled => ((PolledSocket)polled!).Wake(), polled))
        {
            while (!polled.Socket.Poll(0, SelectMode.SelectWrite))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await polled.Writable.WaitAsync().ConfigureAwait(false);
            }
        }

        var error = (SocketError)(int)polled.Socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;

        if (error != SocketError.Success)
        {
            throw new SocketException((int)error);
        }
    }
}
