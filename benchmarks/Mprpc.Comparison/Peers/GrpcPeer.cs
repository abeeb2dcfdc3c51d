using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.Comparison.Load;
using Mprpc.Comparison.Service;
using Proto = Mprpc.Comparison.Service.Grpc;

namespace Mprpc.Comparison.Peers;

/// <summary>gRPC over HTTP/2 without TLS, one connection a client.</summary>
internal sealed class GrpcPeer : CallPeer
{
    public override string Name => "grpc";

    public override Task<IPEndPoint> ServeAsync()
    {
        WebApplicationBuilder builder = KestrelHost.CreateBuilder(listen => listen.Protocols = HttpProtocols.Http2);
        // The default of 100 streams a connection would hold s2-1024 back to a tenth of its calls in flight.
        builder.WebHost.ConfigureKestrel(options => options.Limits.Http2.MaxStreamsPerConnection = 2048);
        builder.Services.AddGrpc();
        builder.Services.AddSingleton<GrpcCalculator>();
        WebApplication app = builder.Build();
        app.MapGrpcService<GrpcCalculator>();
        return app.StartAndGetEndPointAsync();
    }

    public override Task<ICallClient> DialAsync(IPEndPoint server) =>
        Task.FromResult<ICallClient>(new Client(GrpcChannel.ForAddress($"http://{server}")));

    public override bool Runs(Scenario scenario) => scenario.Operation is not (Operation.Broadcast or Operation.AskBack);     // a server cannot call its clients

    private sealed class GrpcCalculator : Proto.Calculator.CalculatorBase
    {
        public override Task<Proto.SumReply> Sum(Proto.SumRequest request, ServerCallContext context) =>
            Task.FromResult(new Proto.SumReply { Result = request.A + request.B });

        public override async Task<Proto.SumReply> SumLater(Proto.SumRequest request, ServerCallContext context)
        {
            await Task.Yield();
            return new Proto.SumReply { Result = request.A + request.B };
        }

        public override Task<Proto.Payload> Echo(Proto.Payload request, ServerCallContext context) => Task.FromResult(request);

        public override Task<Proto.Order> Price(Proto.Order request, ServerCallContext context)
        {
            double total = 0;
            foreach (Proto.OrderLine line in request.Lines)
            {
                total += line.Quantity * line.Price;
            }

            request.Total = total * (1 - request.Discount);
            return Task.FromResult(request);
        }

        public override Task Numbers(Proto.Nothing request, IServerStreamWriter<Proto.Number> items, ServerCallContext context) =>
            WriteAsync(StreamSource.Numbers(context.CancellationToken), items);

        public override Task NumbersLater(Proto.Nothing request, IServerStreamWriter<Proto.Number> items, ServerCallContext context) =>
            WriteAsync(StreamSource.NumbersLater(context.CancellationToken), items);

        public override async Task Orders(Proto.Nothing request, IServerStreamWriter<Proto.Order> items, ServerCallContext context)
        {
            Proto.Order order = ToMessage(Service.Order.Sample(Scenario.OrderLines));
            while (!context.CancellationToken.IsCancellationRequested)
            {
                await items.WriteAsync(order);
            }
        }

        public override async Task<Proto.Number> Count(IAsyncStreamReader<Proto.Number> items, ServerCallContext context)
        {
            long count = 0;
            await foreach (Proto.Number item in items.ReadAllAsync())
            {
                if (item.Value != count)
                {
                    throw new InvalidOperationException($"Item {count} was {item.Value}.");
                }

                count++;
            }

            return new Proto.Number { Value = count };
        }

        public override async Task<Proto.Number> WaitForCancel(Proto.Number request, ServerCallContext context) =>
            new() { Value = await CancelWatch.WaitAsync((int)request.Value, context.CancellationToken) };

        public override async Task<Proto.Number> Begun(Proto.Number request, ServerCallContext context) =>
            new() { Value = await CancelWatch.BegunAsync((int)request.Value) };

        public override async Task<Proto.Number> CancelledAt(Proto.Number request, ServerCallContext context) =>
            new() { Value = await CancelWatch.CancelledAtAsync((int)request.Value) };

        private static async Task WriteAsync(IAsyncEnumerable<long> numbers, IServerStreamWriter<Proto.Number> items)
        {
            await foreach (long number in numbers)
            {
                await items.WriteAsync(new Proto.Number { Value = number });
            }
        }
    }

    private sealed class Client(GrpcChannel channel) : ICallClient, IStreamClient
    {
        private readonly Proto.Calculator.CalculatorClient _calculator = new(channel);
        private Proto.Order? _order;

        public async ValueTask<int> SumAsync(int a, int b) => (await _calculator.SumAsync(new Proto.SumRequest { A = a, B = b })).Result;

        public async ValueTask<int> SumLaterAsync(int a, int b) => (await _calculator.SumLaterAsync(new Proto.SumRequest { A = a, B = b })).Result;

        public async ValueTask<int> EchoAsync(byte[] data)
        {
            var payload = new Proto.Payload { Data = UnsafeByteOperations.UnsafeWrap(data) };
            return (await _calculator.EchoAsync(payload)).Data.Length;
        }

        public async ValueTask<int> PriceAsync(Service.Order order)
        {
            // A gRPC user's own order is the generated message: no conversion is counted.
            _order ??= ToMessage(order);
            return (await _calculator.PriceAsync(_order)).Lines.Count;
        }

        public async Task<long> ReadAsync(Operation operation, LoadWindow window)
        {
            if (operation == Operation.StreamOrders)
            {
                using AsyncServerStreamingCall<Proto.Order> orders = _calculator.Orders(new Proto.Nothing());
                return await ItemCheck.ReadAsync<Proto.Order, OrderCheck>(orders.ResponseStream.ReadAllAsync(), window);
            }

            using AsyncServerStreamingCall<Proto.Number> numbers =
                operation == Operation.StreamLater ? _calculator.NumbersLater(new Proto.Nothing()) : _calculator.Numbers(new Proto.Nothing());
            return await ItemCheck.ReadAsync<Proto.Number, NumberCheck>(numbers.ResponseStream.ReadAllAsync(), window);
        }

        public async Task<long> FeedAsync(LoadWindow window)
        {
            using AsyncClientStreamingCall<Proto.Number, Proto.Number> call = _calculator.Count();
            await foreach (long number in StreamSource.Until(window))
            {
                await call.RequestStream.WriteAsync(new Proto.Number { Value = number });
            }

            await call.RequestStream.CompleteAsync();
            return (await call).Value;
        }

        public Task<IAsyncDisposable> OpenStalledAsync() =>
            StalledStream.OpenAsync(_calculator.Numbers(new Proto.Nothing()).ResponseStream.ReadAllAsync());

        public async Task WaitForCancelAsync(int number, CancellationToken cancellationToken) =>
            await _calculator.WaitForCancelAsync(new Proto.Number { Value = number }, cancellationToken: cancellationToken);

        public async Task BegunAsync(int number) => await _calculator.BegunAsync(new Proto.Number { Value = number });

        public async Task<long> CancelledAtAsync(int number) => (await _calculator.CancelledAtAsync(new Proto.Number { Value = number })).Value;

        public Task<long> AskBackAsync(int milliseconds) => throw new NotSupportedException();

        public async ValueTask DisposeAsync()
        {
            await channel.ShutdownAsync();
            channel.Dispose();
        }
    }

    private static Proto.Order ToMessage(Service.Order order) => new()
    {
        Id = order.Id,
        CustomerId = order.CustomerId,
        Number = order.Number,
        Currency = order.Currency,
        PlacedAt = order.PlacedAt,
        Paid = order.Paid,
        Discount = order.Discount,
        Priority = order.Priority,
        Note = order.Note,
        Total = order.Total,
        Lines =
        {
            order.Lines.Select(line => new Proto.OrderLine
            {
                ProductId = line.ProductId,
                Name = line.Name,
                Quantity = line.Quantity,
                Price = line.Price,
            }),
        },
    };

    private readonly struct NumberCheck : ItemCheck.ICheck<Proto.Number>
    {
        public bool IsRight(Proto.Number item, long index) => item.Value == index;
    }

    private readonly struct OrderCheck : ItemCheck.ICheck<Proto.Order>
    {
        public bool IsRight(Proto.Order item, long index) => item.Lines.Count == Scenario.OrderLines;
    }
}
