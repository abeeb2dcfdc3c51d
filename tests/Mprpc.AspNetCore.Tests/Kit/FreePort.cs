using System.Net;
using System.Net.Sockets;

namespace Mprpc.AspNetCore.Tests.Kit;

/// <summary>A port that nobody else has while this lives, or had until just now.</summary>
internal sealed class FreePort : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public FreePort()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.Listen();
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
    }

    public int Port { get; }

    /// <summary>Frees the port, for addresses that cannot be given as port 0.</summary>
    public int Release()
    {
        _socket.Dispose();
        return Port;
    }

    public void Dispose() => _socket.Dispose();
}
