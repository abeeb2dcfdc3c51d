using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Mprpc.Comparison.Load;
using Mprpc.Comparison.Service;
using Nerdbank.Streams;
using StreamJsonRpc;

namespace Mprpc.Comparison.Peers;

/// <summary>StreamJsonRpc with its MessagePack formatter and length headers, on a Kestrel connection; the client is its typed proxy on a socket.</summary>
internal partial class StreamJsonRpcPeer : CallPeer
{
    public override string Name => "streamjsonrpc";

    /// <summary>How streams are batched and read ahead: by default each item is asked for by itself.</summary>
    protected virtual JsonRpcEnumerableSettings Batching { get; } = new();

    public override bool Runs(Scenario scenario) => scenario.Operation != Operation.Broadcast;      // it has no notion of all clients

    public override Task<IPEndPoint> ServeAsync() =>
        KestrelHost.CreateBuilder(listen => listen.Run(ServeConnectionAsync)).Build().StartAndGetEndPointAsync();

    public override async Task<ICallClient> DialAsync(IPEndPoint server)
    {
        Socket socket = await Dialler.DialAsync(server);
        IDuplexPipe pipe = new NetworkStream(socket, ownsSocket: true).UsePipe();
        var rpc = new JsonRpc(CreateHandler(pipe), new Answers());
        ICalculator calculator = rpc.Attach<ICalculator>();
        rpc.StartListening();
        return new Client(rpc, calculator, Batching);
    }

    private async Task ServeConnectionAsync(ConnectionContext connection)
    {
        // Without a synchronization context calls do not wait for each other's turn: the faster setting.
        using var rpc = new JsonRpc(CreateHandler(connection.Transport), new Calculator()) { SynchronizationContext = null };
        rpc.AddLocalRpcTarget(new StreamTarget(rpc, Batching));
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

#pragma warning disable CA1822 // So are the methods of what is called.
    private sealed class StreamTarget(JsonRpc rpc, JsonRpcEnumerableSettings batching)
    {
        public IAsyncEnumerable<long> Numbers(CancellationToken cancellationToken) => StreamSource.Numbers(cancellationToken).WithJsonRpcSettings(batching);

        public IAsyncEnumerable<long> NumbersLater(CancellationToken cancellationToken) =>
            StreamSource.NumbersLater(cancellationToken).WithJsonRpcSettings(batching);

        public IAsyncEnumerable<Order> Orders(CancellationToken cancellationToken) => StreamSource.Orders(cancellationToken).WithJsonRpcSettings(batching);

        public Task<long> Count(IAsyncEnumerable<long> numbers) => StreamSource.CountAsync(numbers);

        public Task<int> WaitForCancel(int number, CancellationToken cancellationToken) => CancelWatch.WaitAsync(number, cancellationToken);

        public Task<int> Begun(int number) => CancelWatch.BegunAsync(number);

        public Task<long> CancelledAt(int number) => CancelWatch.CancelledAtAsync(number);

        public Task<long> AskBack(int milliseconds) =>
            Service.AskBack.RunAsync(milliseconds, (a, b) => new ValueTask<int>(rpc.InvokeAsync<int>("Sum", a, b)));
    }

    /// <summary>What the server may call.</summary>
    private sealed class Answers
    {
        public int Sum(int a, int b) => a + b;
    }
#pragma warning restore CA1822

    private sealed class Client(JsonRpc rpc, ICalculator calculator, JsonRpcEnumerableSettings batching) : ICallClient, IStreamClient
    {
        public ValueTask<int> SumAsync(int a, int b) => new(calculator.Sum(a, b));

        public ValueTask<int> SumLaterAsync(int a, int b) => new(calculator.SumLater(a, b));

        public async ValueTask<int> EchoAsync(byte[] data) => (await calculator.Echo(data)).Length;

        public async ValueTask<int> PriceAsync(Order order) => (await calculator.Price(order)).Lines.Count;

        public async Task<long> ReadAsync(Operation operation, LoadWindow window) => operation switch
        {
            Operation.StreamLater => await ItemCheck.ReadAsync<long, ItemCheck.OfNumber>(await rpc.InvokeAsync<IAsyncEnumerable<long>>("NumbersLater"), window),
            Operation.StreamOrders => await ItemCheck.ReadAsync<Order, ItemCheck.OfOrder>(await rpc.InvokeAsync<IAsyncEnumerable<Order>>("Orders"), window),
            _ => await ItemCheck.ReadAsync<long, ItemCheck.OfNumber>(await rpc.InvokeAsync<IAsyncEnumerable<long>>("Numbers"), window),
        };

        public Task<long> FeedAsync(LoadWindow window) => rpc.InvokeAsync<long>("Count", StreamSource.Until(window).WithJsonRpcSettings(batching));

        public async Task<IAsyncDisposable> OpenStalledAsync() => await StalledStream.OpenAsync(await rpc.InvokeAsync<IAsyncEnumerable<long>>("Numbers"));

        public Task WaitForCancelAsync(int number, CancellationToken cancellationToken) =>
            rpc.InvokeWithCancellationAsync<int>("WaitForCancel", [number], cancellationToken);

        public Task BegunAsync(int number) => rpc.InvokeAsync<int>("Begun", number);

        public Task<long> CancelledAtAsync(int number) => rpc.InvokeAsync<long>("CancelledAt", number);

        public Task<long> AskBackAsync(int milliseconds) => rpc.InvokeAsync<long>("AskBack", milliseconds);

        public ValueTask DisposeAsync()
        {
            rpc.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
