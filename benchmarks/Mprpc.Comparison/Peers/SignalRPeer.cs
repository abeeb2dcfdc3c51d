using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
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
            })
            .AddMessagePackProtocol();
        builder.Services.AddSingleton<Calculator>();
        WebApplication app = builder.Build();
        app.MapHub<CalculatorHub>("/calculator");
        return app.StartAndGetEndPointAsync();
    }

    public override async Task<ICallClient> DialAsync(IPEndPoint server)
    {
        HubConnection connection = new HubConnectionBuilder()
            .WithUrl($"http://{server}/calculator", options =>
            {
                options.Transports = HttpTransportType.WebSockets;
                options.SkipNegotiation = true;
            })
            .AddMessagePackProtocol()
            .Build();
        await connection.StartAsync();
        return new Client(connection);
    }

    public sealed class CalculatorHub(Calculator calculator) : Hub
    {
        public int Sum(int a, int b) => calculator.Sum(a, b);

        public Task<int> SumLater(int a, int b) => calculator.SumLater(a, b);

        public byte[] Echo(byte[] data) => calculator.Echo(data);

        public Order Price(Order order) => calculator.Price(order);
    }

    private sealed class Client(HubConnection connection) : ICallClient
    {
        public ValueTask<int> SumAsync(int a, int b) => new(connection.InvokeAsync<int>("Sum", a, b));

        public ValueTask<int> SumLaterAsync(int a, int b) => new(connection.InvokeAsync<int>("SumLater", a, b));

        public async ValueTask<int> EchoAsync(byte[] data) => (await connection.InvokeAsync<byte[]>("Echo", data)).Length;

        public async ValueTask<int> PriceAsync(Order order) => (await connection.InvokeAsync<Order>("Price", order)).Lines.Count;

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}
