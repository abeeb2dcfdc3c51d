using System.Net;
using System.Net.Sockets;
using Mprpc.Tests.Kit;

namespace Mprpc.Client.Tests;

/// <summary>A listener on a free port whose connections the test plays itself.</summary>
internal sealed class ScriptedServer : IDisposable
{
    public static readonly TimeSpan Deadline = Bounded.Time;

    /// <summary>The body of an answer to hello: [1, {"errors": "map", "size": 4 MiB, "calls": 1000, "meta": 8192, "ping": true}].</summary>
    public const string Offer = "c09201 85a66572726f7273a36d6170a473697a65ce00400000a563616c6c73cd03e8a46d657461cd2000a470696e67c3";

    private readonly Socket _listener;
    private readonly List<ScriptedConnection> _connections = [];

    /// <param name="port">0: one that is free.</param>
    /// <param name="address">Of the loopback network; null: 127.0.0.1.</param>
    public ScriptedServer(int port = 0, string? address = null)
    {
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(address is null ? IPAddress.Loopback : IPAddress.Parse(address), port));
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

    /// <summary>Accepts the client, and answers its hello as a server that knows the extensions.</summary>
    public async Task<ScriptedConnection> GreetAsync()
    {
        ScriptedConnection connection = await AcceptAsync(isPlain: false).ConfigureAwait(false);
        await connection.AnswerAsync(Offer).ConfigureAwait(false);
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
