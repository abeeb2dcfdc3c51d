using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.AspNetCore;
using Mprpc.Client;
using Mprpc.Comparison.Service;

namespace Mprpc.Comparison.Peers;

/// <summary>Mprpc itself, with nothing but defaults: a singleton service on a listener of its own, one connection and its typed proxy a client.</summary>
internal class MprpcPeer : CallPeer
{
    public const string SystemName = "mprpc";

    public override string Name => SystemName;

    public override async Task<IPEndPoint> ServeAsync()
    {
        WebApplicationBuilder builder = KestrelHost.CreateBuilder(_ => { });
        builder.Services.AddSingleton<Calculator>();
        builder.Services.AddMprpc();
        WebApplication app = builder.Build();
        app.MapMprpcService<Calculator>("tcp://127.0.0.1:0");
        await app.StartAsync();
        return (IPEndPoint)app.Services.GetRequiredService<IMprpcServer>().Endpoints.Single();
    }

    public override async Task<ICallClient> DialAsync(IPEndPoint server) => new Client(await MprpcClient.ConnectAsync($"tcp://{server}"));

    protected sealed class Client : ICallClient
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

        public ValueTask DisposeAsync() => _client.DisposeAsync();
    }
}
