using System.Net;
using System.Net.Sockets;
using Mprpc.Conformance.Wire;

namespace Mprpc.Interop.Tests.Options;

/// <summary>Takes one message of what a read brings and drops the rest, as mprpc's server loses what is pipelined. Echoes the first param.</summary>
internal sealed class OneMessageAReadServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _accepted = [];
    private readonly Task _serving;

    public OneMessageAReadServer()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _serving = ServeAsync();
    }

    public string Url => $"tcp://{_listener.LocalEndPoint}";

    public int Connections => _accepted.Count;

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();

        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync();
                _accepted.Add(socket);
                connections.Add(ServeAsync(socket));
            }
        }
        finally
        {
            _accepted.ForEach(socket => socket.Dispose());
            await Task.WhenAll(connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task ServeAsync(Socket socket)
    {
        byte[] buffer = new byte[65536];

        while (await socket.ReceiveAsync(buffer) is var count and > 0)
        {
            // The requests of these tests are a few bytes long: never cut on loopback.
            if (WireDecoder.TryRead(buffer.AsSpan(0, count), out WireValue request))
            {
                await socket.SendAsync((byte[])[0x94, 0x01, .. request.Items[1].Encoded, 0xc0, .. request.Items[3].Items[0].Encoded]);
            }
        }
    }
}
