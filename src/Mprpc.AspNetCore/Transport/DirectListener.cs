using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Mprpc.AspNetCore.Endpoints;
using Mprpc.Transports.Sockets;

namespace Mprpc.AspNetCore.Transport;

/// <summary>Accepts connections for Kestrel.</summary>
internal sealed class DirectListener(Socket socket, bool noDelay, SocketFile? file) : IConnectionListener
{
    // Until some of the process's files have been closed.
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private SocketFile? _file = file;
    private readonly SocketAcceptor _acceptor = new(socket, SocketPoller.Shared);

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Socket? accepted = null;

            try
            {
                accepted = await _acceptor.AcceptAsync(cancellationToken).ConfigureAwait(false);

                if (accepted.LocalEndPoint is IPEndPoint)
                {
                    accepted.NoDelay = noDelay;
                }

                return new DirectConnection(accepted);
            }
            catch (Exception exception) when (accepted is null
                && (exception is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted }))
            {
                return null;    // It listens no more.
            }
            catch (SocketException exception)
            {
                // The peer has gone before it was accepted, or there is no room for it.
                accepted?.Dispose();

                if (exception.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                {
                    await Task.Delay(RetryDelay, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        // Before the socket, while nobody else can have bound the path; and once, since it may be another's later.
        Interlocked.Exchange(ref _file, null)?.Remove();
        _acceptor.Close();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
