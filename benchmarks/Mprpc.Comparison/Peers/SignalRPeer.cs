using System.Net;
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
        connection.On<int, int, int>("Sum", static (a, b) => a + b);
        await connection.StartAsync();
        return new Client(connection);
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

        public Task<long> AskBackAsync(int milliseconds) => connection.InvokeAsync<long>("AskBack", milliseconds);

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}
