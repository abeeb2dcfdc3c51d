using System.Net;
using Microsoft.AspNetCore.Builder;
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
            AskBack.RunAsync(milliseconds, (a, b) => context.Connection.CallAsync<int>("sum", a, b)));
        await app.StartAsync();
        return (IPEndPoint)app.Services.GetRequiredService<IMprpcServer>().Endpoints.Single();
    }

    public override async Task<ICallClient> DialAsync(IPEndPoint server) => new Client(await MprpcClient.ConnectAsync($"tcp://{server}"));

    protected override async Task<ICallClient> DialFullAsync(IPEndPoint server)
    {
        var options = new MprpcClientOptions { Extensions = MprpcExtensions.Always };
        return new Client(await MprpcClient.ConnectAsync($"tcp://{server}", options.AddHandlers(new Calculator())));
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

        public Task<long> AskBackAsync(int milliseconds) => _client.CallAsync<long>("ask_back", milliseconds).AsTask();

        public ValueTask DisposeAsync() => _client.DisposeAsync();
    }
}
