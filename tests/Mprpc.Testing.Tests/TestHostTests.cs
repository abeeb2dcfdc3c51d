using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore;

namespace Mprpc.Testing.Tests;

/// <summary>Services in memory without an application.</summary>
public sealed class TestHostTests
{
    [Fact]
    public async Task Service_OfOneClass_AnswersTypedAndUntyped()
    {
        await using MprpcTestHost host = await MprpcTestHost.StartAsync<Service>();
        await using MprpcClient client = host.CreateMprpcClient();
        var calculator = host.CreateMprpcClient<ICalculator>();

        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
        Assert.Equal(3, await calculator.SumAsync(1, 2).InTime());
    }

    [Fact]
    public async Task Service_WithScopedServices_GetsThemPerCall()
    {
        await using MprpcTestHost host = await MprpcTestHost.StartAsync<Counting>(services => services.AddScoped<Counter>());
        await using MprpcClient client = host.CreateMprpcClient();

        Assert.Equal(1, await client.CallAsync<int>("count").InTime());
        Assert.Equal(1, await client.CallAsync<int>("count").InTime());
    }

    [Fact]
    public async Task Endpoints_Several_AreChosenByPortAndAddress()
    {
        await using MprpcTestHost host = await StartTwoAsync();
        await using MprpcClient byPort = host.CreateMprpcClient("6001");
        await using MprpcClient byAddress = host.CreateMprpcClient("tcp://localhost:6001");
        await using MprpcClient other = host.CreateMprpcClient("tcp://127.0.0.1:6000");

        Assert.Equal("second", await byPort.CallAsync<string>("name").InTime());
        Assert.Equal("second", await byAddress.CallAsync<string>("name").InTime());
        Assert.Equal(3, await other.CallAsync<int>("sum", 1, 2).InTime());
    }

    [Theory]
    [InlineData(null, "there are several")]
    [InlineData("6002", "There is no endpoint '6002'")]
    public async Task Endpoint_NotClear_TheErrorNamesThemAll(string? endpoint, string problem)
    {
        await using MprpcTestHost host = await StartTwoAsync();

        var exception = Assert.Throws<InvalidOperationException>(() => host.CreateMprpcClient(endpoint));

        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
        Assert.Contains("tcp://127.0.0.1:6000 (Service)", exception.Message, StringComparison.Ordinal);
        Assert.Contains("tcp://127.0.0.1:6001 (Second)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_OfAddService_AreServedToo()
    {
        await using MprpcTestHost host = await MprpcTestHost.StartAsync(services => services.AddMprpc().AddService<Second>(), _ => { });
        await using MprpcClient client = host.CreateMprpcClient();

        Assert.Equal("second", await client.CallAsync<string>("name").InTime());
    }

    [Fact]
    public async Task Service_ThatCannotBeServed_FailsTheStart()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => MprpcTestHost.StartAsync<Nothing>().InTime());

        Assert.Contains("publishes no method", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Application_NotStarted_TheErrorSaysSo()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddMprpc();
        await using WebApplication app = builder.Build();
        app.MapMprpcService<Service>(0);

        var exception = Assert.Throws<InvalidOperationException>(() => app.CreateMprpcClient());

        Assert.Contains("has not started", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_WithUserAndFeatures_ShowsThemToTheService()
    {
        await using MprpcTestHost host = await MprpcTestHost.StartAsync<Asking>();
        var ada = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ada")], "test"));
        await using MprpcClient client = host.CreateMprpcClient(configure: options =>
        {
            options.User = ada;
            options.ConfigureConnection = connection =>
            {
                connection.RemoteEndPoint = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 4711);
                connection.Features.Set(new Marker("set by the test"));
            };
        });

        string[] seen = await client.CallAsync<string[]>("who").InTime();

        Assert.Equal(["ada", "192.0.2.1:4711", "set by the test"], seen);
    }

    [Fact]
    public async Task Limits_OfTheServer_ApplyInMemory()
    {
        await using MprpcTestHost host = await MprpcTestHost.StartAsync<Service>(services => services.AddMprpc(options => options.Limits.MaxMessageSize = 100));
        await using MprpcClient client = host.CreateMprpcClient();

        await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", new byte[1000], 2).InTime());

        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());     // it dials again
    }

    [Fact]
    public async Task AddMprpc_CalledSeveralTimes_KeepsWhatEachHasSet()
    {
        await using MprpcTestHost host = await MprpcTestHost.StartAsync<Service>(services =>
        {
            services.AddMprpc(options => options.EnableDetailedErrors = true);
            services.AddMprpc(options => options.Limits.MaxDepth = 7);
        });

        MprpcServerOptions options = host.Services.GetRequiredService<IOptions<MprpcServerOptions>>().Value;

        Assert.True(options.EnableDetailedErrors);
        Assert.Equal(7, options.Limits.MaxDepth);
    }

    [Fact]
    public async Task Server_CallsItsClient_InMemory()
    {
        await using MprpcTestHost host = await MprpcTestHost.StartAsync<Service>();
        await using MprpcClient client = host.CreateMprpcClient(configure: options => options.Client.AddHandler("name", () => "the client"));

        Assert.Equal("the client", await client.CallAsync<string>("ask_back").InTime());
    }

    [Fact]
    public async Task Stop_WithACallThatRuns_AnswersItFirst()
    {
        var gate = new Gate();
        await using MprpcTestHost host = await MprpcTestHost.StartAsync<Gated>(services => services.AddSingleton(gate));
        await using MprpcClient client = host.CreateMprpcClient();
        Task<int> call = client.CallAsync<int>("wait").AsTask();
        await gate.Entered.Task.InTime();

        Task stopping = host.StopAsync(TestContext.Current.CancellationToken);
        gate.Opened.SetResult();

        Assert.Equal(1, await call.InTime());
        await stopping.InTime();
    }

    [Fact]
    public async Task Stop_WithACallThatNeverEnds_AbandonsItAtTheDeadline()
    {
        var gate = new Gate();
        await using MprpcTestHost host = await MprpcTestHost.StartAsync<Gated>(services => services.AddSingleton(gate));
        await using MprpcClient client = host.CreateMprpcClient();
        Task<int> call = client.CallAsync<int>("wait").AsTask();
        await gate.Entered.Task.InTime();
        using var deadline = new CancellationTokenSource();

        Task stopping = host.StopAsync(deadline.Token);
        await deadline.CancelAsync();

        await Assert.ThrowsAsync<MprpcConnectionException>(() => call.InTime());
        await ((Task)stopping.ContinueWith(_ => { }, TaskScheduler.Default)).InTime();
    }

    [Fact]
    public async Task Client_Disposed_EndsItsConnection()
    {
        await using MprpcTestHost host = await MprpcTestHost.StartAsync<Asking>(services => services.AddSingleton<Closings>());
        MprpcClient client = host.CreateMprpcClient();
        await client.CallAsync("watch").InTime();

        await client.DisposeAsync().InTime();

        await host.Services.GetRequiredService<Closings>().Closed.Task.InTime();
    }

    private static Task<MprpcTestHost> StartTwoAsync()
        => MprpcTestHost.StartAsync(null, endpoints =>
        {
            endpoints.MapMprpcService<Service>(6000);
            endpoints.MapMprpcService<Second>(6001);
        });

    private sealed record Marker(string Text);

    private sealed class Closings
    {
        public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Gate
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Counter
    {
        public int Count { get; set; }
    }

    private sealed class Service
    {
        public int Sum(int x, int y) => x + y;

        public async Task<string> AskBackAsync(MprpcCallContext context) => await context.Connection.CallAsync<string>("name");
    }

    private sealed class Second
    {
        public string Name() => "second";
    }

    private sealed class Nothing;

    private sealed class Counting(Counter counter)
    {
        public int Count() => ++counter.Count;
    }

    private sealed class Gated(Gate gate)
    {
        public async Task<int> WaitAsync()
        {
            gate.Entered.TrySetResult();
            await gate.Opened.Task;
            return 1;
        }
    }

    private sealed class Asking
    {
        public string[] Who(MprpcCallContext context) =>
        [
            context.Connection.Features.Get<IConnectionUserFeature>()!.User!.Identity!.Name!,
            context.Connection.RemoteEndPoint!.ToString()!,
            context.Connection.Features.Get<Marker>()!.Text,
        ];

        public void Watch(MprpcCallContext context)
        {
            var closings = context.Services.GetRequiredService<Closings>();
            context.Connection.Closed.Register(() => closings.Closed.TrySetResult());
        }
    }
}
