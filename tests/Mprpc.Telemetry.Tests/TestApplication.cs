using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore;
using Mprpc.Client;
using OpenTelemetry;

namespace Mprpc.Telemetry.Tests;

/// <summary>An application as users build it: a server, a client that calls it, and what exports what they measure.</summary>
internal sealed class TestApplication : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestApplication(WebApplication app) => _app = app;

    public Uri Http => new(_app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    public EndPoint Rpc => _app.Services.GetRequiredService<IMprpcServer>().Endpoints[0];

    private MprpcClient Client => _app.Services.GetRequiredKeyedService<MprpcClient>("worker");

    private MprpcClient Lost => _app.Services.GetRequiredKeyedService<MprpcClient>("lost");

    public static async Task<TestApplication> StartAsync(Action<OpenTelemetryBuilder> configure, Action<WebApplication>? map = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(["--urls", "http://127.0.0.1:0", "--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.Configuration["Mprpc:Endpoints:main:Url"] = "tcp://127.0.0.1:0";
        builder.Services.AddMprpc().AddService<Work>();
        builder.Services.AddMprpcClient<IWork>("worker", options => options.AddHandler("ring", () => 1));
        builder.Services.AddMprpcClient<IWork>("lost", options => options.Url = $"tcp://127.0.0.1:{Requirement.AnyFreePort()}");
        configure(builder.Services.AddOpenTelemetry());
        WebApplication app = builder.Build();
        map?.Invoke(app);
        await app.StartAsync().InTime();
        var started = new TestApplication(app);
        app.Configuration["Mprpc:Clients:worker:Url"] = $"tcp://{started.Rpc}";
        return started;
    }

    /// <summary>Something of everything that is measured.</summary>
    public async Task WorkAsync()
    {
        await Client.CallAsync<int>("sum", 1, 2).InTime();
        await Client.CallAsync<int>("ring_back").InTime();
        await Assert.ThrowsAsync<MprpcRemoteException>(() => Client.CallAsync("fail").InTime());
        await Assert.ThrowsAsync<MprpcConnectionException>(() => Lost.CallAsync("sum", 1, 2).InTime());

        await foreach (int _ in Client.StreamAsync<int>("count", 10))
        {
        }

        await using RawPeer peer = await RawPeer.DialAsync(Rpc);
        await peer.SendAsync("C1");
        await peer.ReadToAnyEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().InTime();
        await _app.DisposeAsync();
    }

    [MprpcService]
    public interface IWork
    {
        Task<int> SumAsync(int x, int y);
    }

    public sealed class Work
    {
        public int Sum(int x, int y) => x + y;

        /// <summary>What the server calls, the client measures as served: both sides have a metric of that name.</summary>
        public ValueTask<int> RingBackAsync(MprpcCallContext call) => call.Connection.CallAsync<int>("ring");

        public void Fail() => throw new MprpcException("Not today.", "not_today");

        public async IAsyncEnumerable<int> Count(int to)
        {
            for (int i = 0; i < to; i++)
            {
                await Task.Yield();
                yield return i;
            }
        }
    }
}
