namespace Mprpc.FSharp.Tests

open System
open System.Threading
open System.Threading.Tasks
open Microsoft.AspNetCore.Builder
open Microsoft.Extensions.DependencyInjection
open Microsoft.Extensions.Logging
open Mprpc.AspNetCore
open Mprpc.Client
open Xunit

/// A contract, a service and its callers in F#: records arrive as they were, by a typed client and by an untyped one.
type ConsumerTests() =

    static let bound = TimeSpan.FromSeconds 60.0

    [<Fact>]
    member _.Service_InFSharp_IsCalledTypedAndUntyped() : Task =
        task {
            let builder = WebApplication.CreateBuilder([| "--urls"; "http://127.0.0.1:0" |])
            builder.Logging.ClearProviders() |> ignore
            builder.Services.AddMprpc() |> ignore
            builder.Services.AddSingleton<Orders>() |> ignore
            use app = builder.Build()
            app.MapMprpcService<Orders>(0) |> ignore
            do! app.StartAsync().WaitAsync bound
            let url = $"tcp://{app.Services.GetRequiredService<IMprpcServer>().Endpoints[0]}"
            let services = ServiceCollection()
            services.AddMprpcClient<IOrders>(url) |> ignore
            use provider = services.BuildServiceProvider()
            let orders = provider.GetRequiredService<IOrders>()
            let untyped = new MprpcClient(url)

            let order =
                { Number = 5L
                  Customer = "me"
                  Lines = [| { Product = "box"; Quantity = 2 } |]
                  Due = Nullable(DateOnly(2026, 11, 27)) }

            let! sum = orders.SumAsync(1, 2).WaitAsync bound
            let! echo = orders.EchoAsync(order).WaitAsync bound
            let! count = orders.CountAsync([ order.Lines[0]; order.Lines[0] ]).WaitAsync bound
            let! joined = orders.JoinAsync("-", "a", "b").WaitAsync bound
            let! fromUntyped = untyped.CallAsync<Order>("orders.echo", ReadOnlySpan<objnull>([| box order |])).AsTask().WaitAsync bound
            let! withToken = untyped.CallAsync<Order>("orders.echo", [| box order |], CancellationToken.None).AsTask().WaitAsync bound
            do! untyped.NotifyAsync("orders.sum", [| box 1; box 2 |], CancellationToken.None).AsTask().WaitAsync bound
            do! untyped.DisposeAsync().AsTask()

            Assert.Equal(3, sum)
            Assert.Equal(order, echo)
            Assert.Equal(2, count)
            Assert.Equal("a-b", joined)
            Assert.Equal(order, fromUntyped)
            Assert.Equal(order, withToken)
        }
