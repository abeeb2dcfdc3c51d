Imports System.Threading
Imports System.Threading.Tasks
Imports Microsoft.AspNetCore.Builder
Imports Microsoft.Extensions.DependencyInjection
Imports Microsoft.Extensions.Logging
Imports Mprpc.AspNetCore
Imports Mprpc.Client
Imports Xunit

''' <summary>A contract, a service and its caller in Visual Basic: values arrive as they were, by a typed client and by an untyped one.</summary>
Public Class ConsumerTests
    Private Shared ReadOnly Bound As TimeSpan = TimeSpan.FromSeconds(60)

    <Fact>
    Public Async Function Service_InVisualBasic_IsCalledTypedAndUntyped() As Task
        Dim builder = WebApplication.CreateBuilder({"--urls", "http://127.0.0.1:0"})
        builder.Logging.ClearProviders()
        builder.Services.AddMprpc()
        builder.Services.AddSingleton(Of Orders)()
        Dim app = builder.Build()
        app.MapMprpcService(Of Orders)(0)
        Await app.StartAsync().WaitAsync(Bound)
        Dim url = $"tcp://{app.Services.GetRequiredService(Of IMprpcServer)().Endpoints(0)}"
        Dim services As New ServiceCollection()
        services.AddMprpcClient(Of IOrders)(url)
        Dim provider = services.BuildServiceProvider()
        Dim client = provider.GetRequiredService(Of IOrders)()
        Dim order As New Order With {.Number = 5, .Customer = "me", .Due = New Date(2026, 11, 27, 0, 0, 0, DateTimeKind.Utc)}
        order.Lines.Add(New Line With {.Product = "box", .Quantity = 2})

        Dim sum = Await client.SumAsync(1).WaitAsync(Bound)
        Dim echo = Await client.EchoAsync(order).WaitAsync(Bound)
        Dim joined = Await client.JoinAsync("-", "a", "b").WaitAsync(Bound)
        Dim untyped As New MprpcClient(url)
        Dim fromUntyped = Await untyped.CallAsync(Of Integer)("orders.sum", {1, 2}, CancellationToken.None).AsTask().WaitAsync(Bound)
        Await untyped.CallAsync("orders.sum", {1}, CancellationToken.None).AsTask().WaitAsync(Bound)
        Await untyped.NotifyAsync("orders.sum", {1, 2}, CancellationToken.None).AsTask().WaitAsync(Bound)
        Await untyped.DisposeAsync()
        Await provider.DisposeAsync()
        Await app.DisposeAsync()

        Assert.Equal((3, 3), (sum, fromUntyped))
        Assert.Equal((5L, "me", order.Due), (echo.Number, echo.Customer, echo.Due))
        Assert.Equal(("box", 2), (echo.Lines(0).Product, echo.Lines(0).Quantity))
        Assert.Equal("a-b", joined)
    End Function
End Class
