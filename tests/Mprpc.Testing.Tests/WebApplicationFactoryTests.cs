using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging.Abstractions;
using Mprpc.AspNetCore;
using WebApp;

namespace Mprpc.Testing.Tests;

/// <summary>samples/WebApp as its own tests would have it: HTTP and MessagePack-RPC side by side, without a port.</summary>
public sealed class WebApplicationFactoryTests
{
    [Fact]
    public async Task HttpAndRpc_AgainstOneApplication_SeeTheSameState()
    {
        await using var factory = new WebApplicationFactory<Calculator>();
        using HttpClient http = factory.CreateClient();
        await using MprpcClient rpc = factory.CreateMprpcClient();

        await rpc.CallAsync("add_todo", "from rpc", 7).InTime();
        string todos = await http.GetStringAsync(new Uri("/todos", UriKind.Relative)).InTime();

        Assert.Contains("from rpc", todos, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rpc_Typed_CallsTheService()
    {
        await using var factory = new WebApplicationFactory<Calculator>();
        var calculator = factory.Services.CreateMprpcClient<ICalculator>();

        int sum = await calculator.SumAsync(1, 2).InTime();

        Assert.Equal(3, sum);
    }

    [Fact]
    public async Task Rpc_ServiceReplacedByTheTest_TheReplacementAnswers()
    {
        var prepared = new TodoList(NullLogger<TodoList>.Instance);
        await prepared.AddTodoAsync("prepared by the test", cancellationToken: TestContext.Current.CancellationToken);
        await using WebApplicationFactory<Calculator> factory = new WebApplicationFactory<Calculator>()
            .WithWebHostBuilder(host => host.ConfigureTestServices(services => services.AddSingleton(prepared)));
        await using MprpcClient rpc = factory.CreateMprpcClient();

        Todo[] todos = await rpc.CallAsync<Todo[]>("list_todos").InTime();

        Assert.Equal("prepared by the test", Assert.Single(todos).Title);
    }

    [Fact]
    public async Task Rpc_UnderTestServer_OpensNoPort()
    {
        await using var factory = new WebApplicationFactory<Calculator>();
        await using MprpcClient rpc = factory.CreateMprpcClient("6000");

        await rpc.CallAsync<int>("sum", 1, 2).InTime();

        Assert.Empty(factory.Services.GetRequiredService<IMprpcServer>().Endpoints);
    }

    [Fact]
    public async Task Rpc_ErrorOfTheService_ReachesTheTestAsAnyClient()
    {
        await using var factory = new WebApplicationFactory<Calculator>();
        await using MprpcClient rpc = factory.CreateMprpcClient("tcp://127.0.0.1:6000");

        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => rpc.CallAsync("complete_todo", 77).InTime());

        Assert.Equal("There is no todo 77.", error.Message);
    }

    [Fact]
    public async Task TwoFactories_AtTheSameTime_AreApplicationsOfTheirOwn()
    {
        await using var first = new WebApplicationFactory<Calculator>();
        await using var second = new WebApplicationFactory<Calculator>();
        await using MprpcClient a = first.CreateMprpcClient();
        await using MprpcClient b = second.CreateMprpcClient();

        await a.CallAsync("add_todo", "only here").InTime();

        Assert.Single(await a.CallAsync<Todo[]>("list_todos").InTime());
        Assert.Empty(await b.CallAsync<Todo[]>("list_todos").InTime());
    }

    [Fact]
    public async Task Factory_Disposed_ClientsLoseTheirConnections()
    {
        var factory = new WebApplicationFactory<Calculator>();
        await using MprpcClient rpc = factory.CreateMprpcClient();
        await rpc.CallAsync<int>("sum", 1, 2).InTime();         // connected: from here on calls go out in their order
        Task<bool> waiting = rpc.CallAsync<bool>("wait_for_todo", 100).AsTask();
        await rpc.CallAsync<int>("sum", 1, 2).InTime();

        await factory.DisposeAsync().InTime();

        Assert.False(await waiting.InTime());       // received before the stop: answered
        await rpc.WaitForDisconnectAsync(TestContext.Current.CancellationToken).InTime();
        var lost = await Assert.ThrowsAsync<MprpcConnectionException>(() => rpc.CallAsync<int>("sum", 1, 2).InTime());
        Assert.Contains("stopped", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listen_True_OpensThePortBesideTheConnectionsInMemory()
    {
        await using WebApplicationFactory<Calculator> factory = new WebApplicationFactory<Calculator>()
            .WithWebHostBuilder(host => host.ConfigureTestServices(services => services.Configure<MprpcServerOptions>(options => options.Listen = true)));
        Assert.SkipUnless(Requirement.IsFree(6000), "Port 6000, which the sample listens on, is taken on this machine.");
        await using MprpcClient memory = factory.CreateMprpcClient();
        await using var socket = new MprpcClient("tcp://127.0.0.1:6000");

        Assert.Equal(3, await memory.CallAsync<int>("sum", 1, 2).InTime());
        Assert.Equal(3, await socket.CallAsync<int>("sum", 1, 2).InTime());
    }
}
