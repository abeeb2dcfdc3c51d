using System.Net;
using System.Net.Sockets;
using Mprpc.Comparison.Load;

namespace Mprpc.Comparison.Peers;

/// <summary>A limit for one call at a time: two blocking sockets.</summary>
internal sealed class RawSocketPeer : Peer
{
    public override string Name => "raw-socket";

    public override bool IsLimit => true;

    public override bool Runs(Scenario scenario) => scenario is { Operation: Operation.Sum, Connections: 1, InFlight: 1 };

    public override Task<IPEndPoint> ServeAsync()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        new Thread(() => Echo(listener.Accept())) { IsBackground = true }.Start();
        return Task.FromResult((IPEndPoint)listener.LocalEndPoint!);
    }

    public override Task<ILoad> ConnectAsync(IPEndPoint server, Scenario scenario)
    {
        // Never an async operation on this socket: it would stop blocking for good, and only pretend to.
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(server);
        return Task.FromResult<ILoad>(new PingPongLoad(socket, RawKestrelPeer.SumBytes));
    }

    public override Task<IAsyncDisposable> OpenIdleAsync(IPEndPoint server) =>
        throw new NotSupportedException("A blocking socket holds a thread a connection.");

    private static void Echo(Socket socket)
    {
        socket.NoDelay = true;
        byte[] buffer = new byte[4096];
        int read;
        while ((read = socket.Receive(buffer)) > 0)
        {
            socket.Send(buffer.AsSpan(0, read));
        }
    }
}
