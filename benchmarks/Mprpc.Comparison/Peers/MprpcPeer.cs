using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.AspNetCore;
using Mprpc.Client;
using Mprpc.Comparison.Load;
using Mprpc.Comparison.Service;

namespace Mprpc.Comparison.Peers;

/// <summary>Mprpc itself, with nothing but defaults: a singleton service on a listener of its own, one connection and its typed proxy a client.</summary>
internal class MprpcPeer : CallPeer
{
    public const string SystemName = "mprpc";

    private const string EndpointName = "rpc";
    private const string Stalled = "stalled";

    // [0, 0, "$/hello", [1, {"calls": 100}]] and [2, "stall", []]
    private static readonly byte[] s_helloAndStall = Convert.FromHexString("940000A7242F68656C6C6F920181A563616C6C7364" + "9302A57374616C6C90");

    public override string Name => SystemName;

    public override async Task<IPEndPoint> ServeAsync()
    {
        WebApplicationBuilder builder = KestrelHost.CreateBuilder(_ => { });
        builder.Configuration[$"Mprpc:Endpoints:{EndpointName}:Url"] = "tcp://127.0.0.1:0";
        builder.Services.AddSingleton<Calculator>();
        builder.Services.AddMprpc();
        WebApplication app = builder.Build();
        app.MapMprpcService<Calculator>(EndpointName);
        app.MapMprpc(EndpointName, "numbers", StreamSource.Numbers);
        app.MapMprpc(EndpointName, "numbers_later", StreamSource.NumbersLater);
        app.MapMprpc(EndpointName, "orders", StreamSource.Orders);
        app.MapMprpc(EndpointName, "count", StreamSource.CountAsync);
        app.MapMprpc(EndpointName, "wait_for_cancel", CancelWatch.WaitAsync);
        app.MapMprpc(EndpointName, "begun", CancelWatch.BegunAsync);
        app.MapMprpc(EndpointName, "cancelled_at", CancelWatch.CancelledAtAsync);
        app.MapMprpc(EndpointName, "ask_back", (int milliseconds, MprpcCallContext context) =>
        {
            ICalculator client = context.Connection.As<ICalculator>();
            return AskBack.RunAsync(milliseconds, client.SumAsync);
        });
        app.MapMprpc(EndpointName, "broadcast", (int count, [FromServices] IMprpcClients<IPushed> clients) => Push(clients.All, count, Pushed.Bytes));
        app.MapMprpc(EndpointName, "stall", (MprpcCallContext context, [FromServices] IMprpcClients clients) => clients.Groups.Add(context.Connection, Stalled));
        app.MapMprpc(EndpointName, "fill_stalled", ([FromServices] IMprpcClients<IPushed> clients) =>
                Push(clients.Group(Stalled), Pushed.FillingMessages, Pushed.FillingBytes))
            // Those that read nothing shall stay, so that they can be seen to harm nobody.
            .WithEndpoint(options => options.SlowPeers = MprpcSlowPeerPolicy.DropNewest);
        await app.StartAsync();
        return (IPEndPoint)app.Services.GetRequiredService<IMprpcServer>().Endpoints.Single();
    }

    public override async Task<ICallClient> DialAsync(IPEndPoint server) => new Client(await MprpcClient.ConnectAsync($"tcp://{server}"));

    protected override async Task<ICallClient> DialFullAsync(IPEndPoint server)
    {
        var options = new MprpcClientOptions { Extensions = MprpcExtensions.Always };
        return new Client(await MprpcClient.ConnectAsync($"tcp://{server}", options.AddHandlers(new Calculator())));
    }

    public override async Task<IAsyncDisposable> DialPushedAsync(IPEndPoint server, Action onPushed)
    {
        var options = new MprpcClientOptions { Extensions = MprpcExtensions.Always };
        return await MprpcClient.ConnectAsync($"tcp://{server}", options.AddHandlers(new Pushed(onPushed)));
    }

    public override async Task<IAsyncDisposable> DialStalledAsync(IPEndPoint server)
    {
        Socket socket = await Dialler.DialAsync(server);
        await socket.SendAsync(s_helloAndStall);
        await socket.ReceiveAsync(new byte[1]);     // the answer to hello
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static void Push(IPushed clients, int count, int bytes)
    {
        byte[] data = new byte[bytes];

        for (int i = 0; i < count; i++)
        {
            clients.Push(data);
        }
    }

    protected sealed class Client : ICallClient, IStreamClient
    {
        private readonly MprpcClient _client;
        private readonly ICalculator _calculator;

        public Client(MprpcClient client)
        {
            _client = client;
            _calculator = client.As<ICalculator>();
        }

        public Client(MprpcClient client, MprpcCallOptions options)
        {
            _client = client;
            _calculator = client.As<ICalculator>().With(options);
        }

        public ValueTask<int> SumAsync(int a, int b) => _calculator.SumAsync(a, b);

        public ValueTask<int> SumLaterAsync(int a, int b) => _calculator.SumLaterAsync(a, b);

        public async ValueTask<int> EchoAsync(byte[] data) => (await _calculator.EchoAsync(data)).Length;

        public async ValueTask<int> PriceAsync(Order order) => (await _calculator.PriceAsync(order)).Lines.Count;

        public Task<long> ReadAsync(Operation operation, LoadWindow window) => operation switch
        {
            Operation.StreamLater => ItemCheck.ReadAsync<long, ItemCheck.OfNumber>(_client.StreamAsync<long>("numbers_later"), window),
            Operation.StreamOrders => ItemCheck.ReadAsync<Order, ItemCheck.OfOrder>(_client.StreamAsync<Order>("orders"), window),
            _ => ItemCheck.ReadAsync<long, ItemCheck.OfNumber>(_client.StreamAsync<long>("numbers"), window),
        };

        public Task<long> FeedAsync(LoadWindow window) => _client.CallAsync<long>("count", MprpcStream.From(StreamSource.Until(window))).AsTask();

        public Task<IAsyncDisposable> OpenStalledAsync() => StalledStream.OpenAsync(_client.StreamAsync<long>("numbers"));

        public Task WaitForCancelAsync(int number, CancellationToken cancellationToken) =>
            _client.CallAsync<int>("wait_for_cancel", cancellationToken, number).AsTask();

        public Task BegunAsync(int number) => _client.CallAsync<int>("begun", number).AsTask();

        public Task<long> CancelledAtAsync(int number) => _client.CallAsync<long>("cancelled_at", number).AsTask();

        public Task BroadcastAsync(int count) => _client.CallAsync("broadcast", count).AsTask();

        public Task FillStalledAsync() => _client.CallAsync("fill_stalled").AsTask();

        public Task<long> AskBackAsync(int milliseconds) => _client.CallAsync<long>("ask_back", milliseconds).AsTask();

        public ValueTask DisposeAsync() => _client.DisposeAsync();
    }
}
