using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace Mprpc.Client.Transports;

/// <summary>A connected socket as the connection sees it.</summary>
internal sealed class SocketTransport : IDuplexPipe, IDisposable
{
    private readonly Socket _socket;

    public SocketTransport(Socket socket)
    {
        _socket = socket;
        Input = new SocketPipeReader(socket);
        Output = new SocketPipeWriter(socket);
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public EndPoint? LocalEndPoint => _socket.LocalEndPoint;

    public EndPoint? RemoteEndPoint => _socket.RemoteEndPoint;

    /// <summary>Closes the socket: pending reads and writes fail.</summary>
    public void Dispose() => _socket.Dispose();
}
