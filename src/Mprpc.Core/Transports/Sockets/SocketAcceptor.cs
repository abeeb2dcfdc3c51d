using System.Net.Sockets;

namespace Mprpc.Transports.Sockets;

/// <summary>Accepts the connections of a listening socket, a few at a time, in turns with what those have to say that are there already: so that a flood of
/// connections waits with the system, where it takes no memory and holds nobody up.</summary>
/// <remarks>One accepts at a time; it may be closed meanwhile.</remarks>
internal sealed class SocketAcceptor
{
    private const int MaxInTurn = 16;

    private readonly Socket _socket;
    private readonly PolledSocket? _polled;
    private int _inTurn;

    /// <param name="socket">Listens, and belongs to the acceptor from here on. Nothing asynchronous may have been done with it.</param>
    /// <param name="poller">Tells of connections; null where there is none.</param>
    /// <exception cref="SocketException">The system has no room for it.</exception>
    public SocketAcceptor(Socket socket, SocketPoller? poller)
    {
        _socket = socket;
        _polled = poller is null ? null : PolledSocket.Create(poller, socket);
    }

    /// <summary>Waits for the next connection.</summary>
    /// <exception cref="SocketException">The peer has gone before it was accepted, or there is no room for it.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public async ValueTask<Socket> AcceptAsync(CancellationToken cancellationToken)
    {
        if (_polled is null)
        {
            return await _socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
        }

        using (cancellationToken.UnsafeRegister(static polled => ((PolledSocket)polled!).Wake(), _polled))
        {
            while (_inTurn == MaxInTurn || !_socket.Poll(0, SelectMode.SelectRead))
            {
                if (_inTurn == MaxInTurn)
                {
                    _polled.ReportAgain();
                }

                cancellationToken.ThrowIfCancellationRequested();
                await _polled.Readable.WaitAsync().ConfigureAwait(false);
                _inTurn = 0;
            }
        }

        _inTurn++;
        return _socket.Accept();
    }

    /// <summary>Listens no more. May be called more than once.</summary>
    public void Close()
    {
        _polled?.Forget();
        _socket.Dispose();
        _polled?.Wake();
    }
}
