using System.Globalization;
using Mprpc.Client;

namespace Mprpc.Interop.Tests.Peers;

/// <summary>A peer's server, and our client of it.</summary>
internal sealed class PeerServer : IAsyncDisposable
{
    // Peers in Go and C++ are compiled when they first start.
    private static readonly TimeSpan s_start = TimeSpan.FromMinutes(3);

    private readonly string _peer;
    private ChildProcess _process;

    private PeerServer(string peer, ChildProcess process, int port)
    {
        _peer = peer;
        _process = process;
        Port = port;
        var options = new MprpcClientOptions { CallTimeout = TimeSpan.FromSeconds(20) };

        if (Peer.PresetOf(peer) is { } preset)
        {
            options.UsePeer(preset);
        }

        Client = new MprpcClient($"tcp://127.0.0.1:{port}", options);
    }

    public MprpcClient Client { get; }

    public int Port { get; }

    public string Errors => _process.Errors;

    public static async Task<PeerServer> StartAsync(string peer)
    {
        (ChildProcess process, int port) = await ListenAsync(peer, 0);
        var server = new PeerServer(peer, process, port);

        try
        {
            await server.ConnectAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public Task StopAsync() => _process.DisposeAsync().AsTask();

    /// <summary>Starts it again, where it was.</summary>
    public async Task StartAgainAsync()
    {
        (_process, _) = await ListenAsync(_peer, Port);
        await ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _process.DisposeAsync();
    }

    private static async Task<(ChildProcess Process, int Port)> ListenAsync(string peer, int port)
    {
        ChildProcess process = PeerCommand.Start("listening ", peer, "server", port.ToString(CultureInfo.InvariantCulture));

        try
        {
            string line = await process.WaitForLineAsync(s_start);
            return (process, int.Parse(line["listening ".Length..], CultureInfo.InvariantCulture));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    // neovim says that it listens before it does.
    private async Task ConnectAsync()
    {
        using var deadline = new CancellationTokenSource(Bounded.Time);

        while (true)
        {
            try
            {
                await Peer.DialectOf(_peer).SumAsync(Client, 1, 2);
                return;
            }
            catch (MprpcConnectionException) when (!deadline.IsCancellationRequested && !_process.HasExited)
            {
                await Task.Delay(20);
            }
        }
    }
}
