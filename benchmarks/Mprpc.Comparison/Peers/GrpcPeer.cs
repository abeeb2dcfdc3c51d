using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
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
    }

    private sealed class Client(GrpcChannel channel) : ICallClient
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

        public async ValueTask DisposeAsync()
        {
            await channel.ShutdownAsync();
            channel.Dispose();
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
    }
}
