using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Time.Testing;
using Mprpc;
using Mprpc.Client;
using Mprpc.Testing;
using Xunit;

namespace Snippets.Testing;

internal static class Testing
{
    public static async Task TestAnApplicationAsync()
    {
        // snippet: testing/application
        await using var factory = new WebApplicationFactory<Program>();
        using HttpClient http = factory.CreateClient();
        await using MprpcClient rpc = factory.CreateMprpcClient();

        await rpc.CallAsync("add_todo", "from rpc");
        string todos = await http.GetStringAsync("/todos");
        // end snippet

        Assert.Contains("from rpc", todos, StringComparison.Ordinal);
    }

    public static async Task ConfigureAClientAsync(WebApplicationFactory<Program> factory)
    {
        // snippet: testing/client-options
        MprpcClient rpc = factory.CreateMprpcClient(configure: options =>
        {
            options.Client.CallTimeout = TimeSpan.FromSeconds(5);
            // As if the transport had found out, by a client certificate for instance.
            options.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "anna")], "Test"));
            options.ConfigureConnection = connection => connection.RemoteEndPoint = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1);
        });
        // end snippet

        await rpc.DisposeAsync();
    }

    public static async Task TestAServiceAsync()
    {
        // snippet: testing/service
        await using MprpcTestHost host = await MprpcTestHost.StartAsync<Calculator>(services => services.AddScoped<ILedger, FakeLedger>());
        var calculator = host.CreateMprpcClient<ICalculator>();

        Assert.Equal(3, await calculator.SumAsync(1, 2));
        // end snippet
    }

    public static async Task TestServicesAsync()
    {
        // snippet: testing/services
        await using var host = await MprpcTestHost.StartAsync(
            services => services.AddAuthorization(),
            endpoints => endpoints.MapMprpcService<Calculator>(6000).WithPrefix("calc"));
        // end snippet
    }

    public static async Task TestACallerAsync()
    {
        // snippet: testing/fake-server
        await using var server = new MprpcFakeServer();
        server.On("get_price").Disconnects().Returns(7);            // lost once, then answered
        server.On("buy").Fails("Sold out.");                        // MprpcRemoteException
        server.On("wait").NeverAnswers();                           // until the call's timeout
        server.On("twice").Answers(call => call.Argument<int>(0) * 2);

        var shop = new Shop(server.CreateClient().As<IPrices>());
        await Assert.ThrowsAsync<MprpcRemoteException>(() => shop.BuyAsync("pen"));

        Assert.Equal("buy(1, \"pen\")", server.Calls[^1].ToString());
        // end snippet
    }

    public static async Task AdvanceTheClockAsync()
    {
        // snippet: testing/time
        var clock = new FakeTimeProvider();
        await using var host = await MprpcTestHost.StartAsync<Slow>(services => services.AddSingleton<TimeProvider>(clock));

        // make a call, and wait until it has begun
        clock.Advance(TimeSpan.FromMinutes(1));
        // end snippet
    }
}

internal sealed class Program;

[MprpcService]
internal interface ICalculator
{
    Task<int> SumAsync(int x, int y);
}

internal sealed class Calculator(ILedger ledger) : ICalculator
{
    public Task<int> SumAsync(int x, int y) => Task.FromResult(ledger.Write(x + y));
}

internal interface ILedger
{
    int Write(int sum);
}

internal sealed class FakeLedger : ILedger
{
    public int Write(int sum) => sum;
}

[MprpcService]
internal interface IPrices
{
    Task BuyAsync(int count, string what);
}

internal sealed class Shop(IPrices prices)
{
    public Task BuyAsync(string what) => prices.BuyAsync(1, what);
}

internal sealed class Slow
{
    public Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(TimeSpan.FromMinutes(1), cancellationToken);
}
