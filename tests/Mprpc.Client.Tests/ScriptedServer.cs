using System.Net;
using System.Net.Sockets;

namespace Mprpc.Client.Tests;

/// <summary>A listener on a free port whose connections the test plays itself.</summary>
internal sealed class ScriptedServer : IDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly Socket _listener;
    private readonly List<ScriptedConnection> _connections = [];

    public ScriptedServer(int port = 0)
    {
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public string Url => $"tcp://127.0.0.1:{Port}";

    /// <summary>Whether a connection waits to be accepted.</summary>
    public bool IsDialled => _listener.Poll(0, SelectMode.SelectRead);

    public async Task<ScriptedConnection> AcceptAsync(bool isPlain = true)
    {
        var connection = new ScriptedConnection(await _listener.AcceptAsync().WaitAsync(Deadline).ConfigureAwait(false)) { IsPlain = isPlain };
        _connections.Add(connection);
        return connection;
    }

    /// <summary>Whether nobody connects for a while.</summary>
    public async Task<bool> IsSilentAsync(int milliseconds = 50)
    {
        using var source = new CancellationTokenSource(milliseconds);

        try
        {
            using Socket socket = await _listener.AcceptAsync(source.Token).ConfigureAwait(false);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    /// <summary>Refuses further connections; those there are stay.</summary>
    public void StopListening() => _listener.Dispose();

    public void Dispose()
    {
        _listener.Dispose();
        _connections.ForEach(connection => connection.Dispose());
    }
}
