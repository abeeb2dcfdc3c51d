using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using MessagePack;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Mprpc.Comparison.Load;
using Mprpc.Comparison.Service;

namespace Mprpc.Comparison.Peers;

/// <summary>A limit: Kestrel sends back what it reads. No message is parsed, no call is made.</summary>
internal sealed class RawKestrelPeer : Peer
{
    // [0, msgid, "sum", [a, b]] with a msgid of three bytes, as MessagePack-RPC sends it.
    public const int SumBytes = 12;

    public const string SystemName = "raw-kestrel";

    public override string Name => SystemName;

    public override bool IsLimit => true;

    // An echo has no handler that could yield, and no stream.
    public override bool Runs(Scenario scenario) => scenario.Operation != Operation.SumLater && !scenario.IsBeyondCalls;

    public override Task<IPEndPoint> ServeAsync() =>
        KestrelHost.CreateBuilder(listen => listen.Run(EchoAsync)).Build().StartAndGetEndPointAsync();

    public override async Task<ILoad> ConnectAsync(IPEndPoint server, Scenario scenario)
    {
        var sockets = new List<Socket>(scenario.Connections);
        for (int i = 0; i < scenario.Connections; i++)
        {
            sockets.Add(await Dialler.DialAsync(server));
        }

        return new EchoLoad(sockets, MessageBytes(scenario), scenario.InFlight);
    }

    public override async Task<IAsyncDisposable> OpenIdleAsync(IPEndPoint server)
    {
        Socket socket = await Dialler.DialAsync(server);
        byte[] message = new byte[SumBytes];
        await socket.SendAsync(message);
        await socket.ReceiveAsync(message);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static int MessageBytes(Scenario scenario) => scenario.Operation switch
    {
        // [0, msgid, "echo", [bin 32]]: as above, and five bytes before the data.
        Operation.Echo => Scenario.EchoBytes + SumBytes + 4,
        Operation.Price => MessagePackSerializer.Serialize(Order.Sample(Scenario.OrderLines)).Length + SumBytes,
        _ => SumBytes,
    };

    private static async Task EchoAsync(ConnectionContext connection)
    {
        PipeReader input = connection.Transport.Input;
        PipeWriter output = connection.Transport.Output;
        while (true)
        {
            ReadResult read = await input.ReadAsync();
            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                output.Write(segment.Span);
            }

            input.AdvanceTo(read.Buffer.End);
            FlushResult flush = await output.FlushAsync();
            if (read.IsCompleted || flush.IsCompleted)
            {
                return;
            }
        }
    }
}
