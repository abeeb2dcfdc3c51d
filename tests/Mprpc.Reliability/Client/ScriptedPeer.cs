using System.Net;
using System.Net.Sockets;

namespace Mprpc.Reliability.Client;

/// <summary>A server that does with each connection what the test says.</summary>
internal sealed class ScriptedPeer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private int _accepted;

    /// <param name="serve">Has the connection, and how many were before it.</param>
    /// <param name="port">0: any that is free.</param>
    public ScriptedPeer(Func<Socket, int, Task> serve, int port = 0)
    {
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen(1000);
        _ = AcceptAsync(serve);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public string Url => $"tcp://127.0.0.1:{Port}";

    public int Accepted => Volatile.Read(ref _accepted);

    public static async Task<byte[]> ReceiveAsync(Socket socket, int length)
    {
        byte[] bytes = new byte[length];

        for (int position = 0; position < length;)
        {
            int count = await socket.ReceiveAsync(bytes.AsMemory(position));
            position += count > 0 ? count : throw new EndOfStreamException();
        }

        return bytes;
    }

    public static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync(Func<Socket, int, Task> serve)
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync();
                _ = ServeAsync(serve, socket, Interlocked.Increment(ref _accepted) - 1);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task ServeAsync(Func<Socket, int, Task> serve, Socket socket, int number)
    {
        try
        {
            await serve(socket, number);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or EndOfStreamException)
        {
            // The client has gone.
        }
        finally
        {
            socket.Dispose();
        }
    }
}
