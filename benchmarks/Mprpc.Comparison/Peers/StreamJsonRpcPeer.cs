using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Mprpc.Comparison.Service;
using Nerdbank.Streams;
using StreamJsonRpc;

namespace Mprpc.Comparison.Peers;

/// <summary>StreamJsonRpc with its MessagePack formatter and length headers, on a Kestrel connection; the client is its typed proxy on a socket.</summary>
internal sealed partial class StreamJsonRpcPeer : CallPeer
{
    public override string Name => "streamjsonrpc";

    public override Task<IPEndPoint> ServeAsync() =>
        KestrelHost.CreateBuilder(listen => listen.Run(ServeConnectionAsync)).Build().StartAndGetEndPointAsync();

    public override async Task<ICallClient> DialAsync(IPEndPoint server)
    {
        Socket socket = await Dialler.DialAsync(server);
        IDuplexPipe pipe = new NetworkStream(socket, ownsSocket: true).UsePipe();
        var rpc = new JsonRpc(CreateHandler(pipe));
        ICalculator calculator = rpc.Attach<ICalculator>();
        rpc.StartListening();
        return new Client(rpc, calculator);
    }

    private static async Task ServeConnectionAsync(ConnectionContext connection)
    {
        // Without a synchronization context calls do not wait for each other's turn: the faster setting.
        using var rpc = new JsonRpc(CreateHandler(connection.Transport), new Calculator()) { SynchronizationContext = null };
        rpc.StartListening();
        await rpc.Completion;
    }

    private static LengthHeaderMessageHandler CreateHandler(IDuplexPipe pipe) => new(pipe, new MessagePackFormatter());

    /// <summary>What the typed proxy, generated at build time, implements.</summary>
#pragma warning disable StreamJsonRpc0008 // Shapes are for formatters that are not used here.
    [JsonRpcContract]
    internal partial interface ICalculator
    {
        Task<int> Sum(int a, int b);

        Task<int> SumLater(int a, int b);

        Task<byte[]> Echo(byte[] data);

        Task<Order> Price(Order order);
    }
#pragma warning restore StreamJsonRpc0008

    private sealed class Client(JsonRpc rpc, ICalculator calculator) : ICallClient
    {
        public ValueTask<int> SumAsync(int a, int b) => new(calculator.Sum(a, b));

        public ValueTask<int> SumLaterAsync(int a, int b) => new(calculator.SumLater(a, b));

        public async ValueTask<int> EchoAsync(byte[] data) => (await calculator.Echo(data)).Length;

        public async ValueTask<int> PriceAsync(Order order) => (await calculator.Price(order)).Lines.Count;

        public ValueTask DisposeAsync()
        {
            rpc.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
