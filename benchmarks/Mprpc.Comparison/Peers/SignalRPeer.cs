using System.Net;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.Comparison.Load;
using Mprpc.Comparison.Service;

namespace Mprpc.Comparison.Peers;

/// <summary>A SignalR hub with the MessagePack protocol over WebSockets.</summary>
internal sealed class SignalRPeer : CallPeer
{
    public override string Name => "signalr";

    public override Task<IPEndPoint> ServeAsync()
    {
        WebApplicationBuilder builder = KestrelHost.CreateBuilder(_ => { });
        builder.Services
            .AddSignalR(options =>
            {
                // The default of 32 KiB refuses s4's messages; the default of one call at a time makes s6's wait for each other.
                options.MaximumReceiveMessageSize = 1024 * 1024;
                options.MaximumParallelInvocationsPerClient = 1024;
                // Clients that read nothing say nothing either; they shall stay.
                options.ClientTimeoutInterval = TimeSpan.FromMinutes(10);
            })
            .AddMessagePackProtocol();
        builder.Services.AddSingleton<Calculator>();
        WebApplication app = builder.Build();
        app.MapHub<CalculatorHub>("/calculator");
        return app.StartAndGetEndPointAsync();
    }

    public override async Task<ICallClient> DialAsync(IPEndPoint server)
    {
        HubConnection connection = Build(server);
        connection.On<int, int, int>("Sum", static (a, b) => a + b);
        await connection.StartAsync();
        return new Client(connection);
    }

    public override async Task<IAsyncDisposable> DialPushedAsync(IPEndPoint server, Action onPushed)
    {
        HubConnection connection = Build(server);
        connection.On<byte[]>("Push", new Pushed(onPushed).Push);
        await connection.StartAsync();
        return connection;
    }

    public override async Task<IAsyncDisposable> DialStalledAsync(IPEndPoint server)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{server}/calculator"), CancellationToken.None);
        await socket.SendAsync("{\"protocol\":\"messagepack\",\"version\":1}\u001e"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        // [1, {}, nil, "Stall", [], []], with its length before it
        await socket.SendAsync(Convert.FromHexString("0C" + "960180C0A55374616C6C9090"), WebSocketMessageType.Binary, true, CancellationToken.None);
        await socket.ReceiveAsync(new byte[64], CancellationToken.None);        // the answer to the handshake
        return new Stalled(socket);
    }

    private static HubConnection Build(IPEndPoint server) => new HubConnectionBuilder()
            .WithUrl($"http://{server}/calculator", options =>
            {
                options.Transports = HttpTransportType.WebSockets;
                options.SkipNegotiation = true;
            })
            .AddMessagePackProtocol()
            .Build();

    private sealed class Stalled(ClientWebSocket socket) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            socket.Dispose();
            return ValueTask.CompletedTask;
        }
    }

#pragma warning disable CA1822 // A hub's methods are instance methods.
    public sealed class CalculatorHub(Calculator calculator) : Hub
    {
        public int Sum(int a, int b) => calculator.Sum(a, b);

        public Task<int> SumLater(int a, int b) => calculator.SumLater(a, b);

        public byte[] Echo(byte[] data) => calculator.Echo(data);

        public Order Price(Order order) => calculator.Price(order);

        public IAsyncEnumerable<long> Numbers(CancellationToken cancellationToken) => StreamSource.Numbers(cancellationToken);

        public IAsyncEnumerable<long> NumbersLater(CancellationToken cancellationToken) => StreamSource.NumbersLater(cancellationToken);

        public IAsyncEnumerable<Order> Orders(CancellationToken cancellationToken) => StreamSource.Orders(cancellationToken);

        public Task<long> Count(IAsyncEnumerable<long> numbers) => StreamSource.CountAsync(numbers);

        // Only calls that stream can be cancelled.
        public async IAsyncEnumerable<int> WaitForCancel(int number, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            yield return await CancelWatch.WaitAsync(number, cancellationToken);
        }

        public Task<int> Begun(int number) => CancelWatch.BegunAsync(number);

        public Task<long> CancelledAt(int number) => CancelWatch.CancelledAtAsync(number);

        // Nobody is awaited: one client that reads nothing would be awaited for ever. The driver takes care that little is on its way.
        public void Broadcast(int count) => Push(Clients.All, count, Pushed.Bytes);

        public Task Stall() => Groups.AddToGroupAsync(Context.ConnectionId, "stalled");

        public void FillStalled() => Push(Clients.Group("stalled"), Pushed.FillingMessages, Pushed.FillingBytes);

        private static void Push(IClientProxy clients, int count, int bytes)
        {
            byte[] data = new byte[bytes];

            for (int i = 0; i < count; i++)
            {
                _ = clients.SendAsync("Push", data);
            }
        }

        public Task<long> AskBack(int milliseconds)
        {
            ISingleClientProxy caller = Clients.Caller;
            CancellationToken aborted = Context.ConnectionAborted;
            return Service.AskBack.RunAsync(milliseconds, (a, b) => new ValueTask<int>(caller.InvokeAsync<int>("Sum", a, b, aborted)));
        }
    }
#pragma warning restore CA1822

    private sealed class Client(HubConnection connection) : ICallClient, IStreamClient
    {
        public ValueTask<int> SumAsync(int a, int b) => new(connection.InvokeAsync<int>("Sum", a, b));

        public ValueTask<int> SumLaterAsync(int a, int b) => new(connection.InvokeAsync<int>("SumLater", a, b));

        public async ValueTask<int> EchoAsync(byte[] data) => (await connection.InvokeAsync<byte[]>("Echo", data)).Length;

        public async ValueTask<int> PriceAsync(Order order) => (await connection.InvokeAsync<Order>("Price", order)).Lines.Count;

        public Task<long> ReadAsync(Operation operation, LoadWindow window) => operation switch
        {
            Operation.StreamLater => ItemCheck.ReadAsync<long, ItemCheck.OfNumber>(connection.StreamAsync<long>("NumbersLater"), window),
            Operation.StreamOrders => ItemCheck.ReadAsync<Order, ItemCheck.OfOrder>(connection.StreamAsync<Order>("Orders"), window),
            _ => ItemCheck.ReadAsync<long, ItemCheck.OfNumber>(connection.StreamAsync<long>("Numbers"), window),
        };

        public Task<long> FeedAsync(LoadWindow window) => connection.InvokeAsync<long>("Count", StreamSource.Until(window));

        public Task<IAsyncDisposable> OpenStalledAsync() => StalledStream.OpenAsync(connection.StreamAsync<long>("Numbers"));

        public async Task WaitForCancelAsync(int number, CancellationToken cancellationToken)
        {
            await foreach (int _ in connection.StreamAsync<int>("WaitForCancel", number, cancellationToken))
            {
            }
        }

        public Task BegunAsync(int number) => connection.InvokeAsync<int>("Begun", number);

        public Task<long> CancelledAtAsync(int number) => connection.InvokeAsync<long>("CancelledAt", number);

        public Task BroadcastAsync(int count) => connection.InvokeAsync("Broadcast", count);

        public Task FillStalledAsync() => connection.InvokeAsync("FillStalled");

        public Task<long> AskBackAsync(int milliseconds) => connection.InvokeAsync<long>("AskBack", milliseconds);

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}
