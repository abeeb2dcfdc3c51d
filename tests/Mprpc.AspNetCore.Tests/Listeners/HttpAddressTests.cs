using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.TestHost;

namespace Mprpc.AspNetCore.Tests.Listeners;

/// <summary>MapMprpcService leaves the application's HTTP addresses alone, whatever configures them.</summary>
public sealed class HttpAddressTests
{
    [Fact]
    public Task Urls_OnTheCommandLine_AreServed() => AssertBothServedAsync(["--urls", "http://127.0.0.1:0"]);

    [Fact]
    public Task Urls_OfTheConfigurationKeyOfAspNetCoreUrls_AreServed()
        => AssertBothServedAsync([], builder => builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0"));

    [Fact]
    public Task UseUrls_InCode_IsServed() => AssertBothServedAsync([], builder => builder.WebHost.UseUrls("http://127.0.0.1:0"));

    [Fact]
    public async Task HttpPorts_Set_AreServed()
    {
        using var free = new FreePort();
        int port = free.Release();

        await AssertBothServedAsync(
            [], builder => builder.WebHost.UseSetting(WebHostDefaults.HttpPortsKey, port.ToString(CultureInfo.InvariantCulture)), expectedPort: port);
    }

    [Fact]
    public Task KestrelEndpoints_InConfiguration_AreServed()
        => AssertBothServedAsync([], builder => builder.Configuration["Kestrel:Endpoints:Http:Url"] = "http://127.0.0.1:0");

    [Fact]
    public Task AppUrls_InCode_AreServed() => AssertBothServedAsync([], map: app => app.Urls.Add("http://127.0.0.1:0"));

    [Fact]
    public Task ConfigureKestrel_InCode_IsServed()
        => AssertBothServedAsync([], builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0)));

    [Fact]
    public Task PreferHostingUrls_WithConfigureKestrel_IsServed()
        => AssertBothServedAsync(
            ["--urls", "http://127.0.0.1:0"],
            builder => builder.WebHost.PreferHostingUrls(true).ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 1)));

    [Fact]
    public async Task Default_WithoutAnyConfiguration_IsServed()
    {
        const int Default = 5000;
        Assert.SkipUnless(Requirement.IsFree(Default), "Port 5000 is taken on this machine.");

        await AssertBothServedAsync([], expectedPort: Default);
    }

    [Fact]
    public async Task TestServer_ToldToListen_RpcListensOnARealSocket()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.WebHost.UseTestServer();
                builder.Services.AddMprpc(options => options.Listen = true);
            },
            app =>
            {
                app.MapGet("/", () => "http");
                app.MapMprpcService<Adder>(0);
            });
        using HttpClient http = host.App.GetTestClient();
        await using RawPeer peer = await host.DialAsync();

        string page = await http.GetStringAsync(new Uri("/", UriKind.Relative)).InTime();

        Assert.Equal("http", page);
        await peer.AssertOpenAsync();
    }

    [Fact]
    public async Task HttpAddress_SpokenToInRpc_AndRpcAddressInHttp_AnswerNothingWrong()
    {
        await using RpcHost host = await StartAsync(["--urls", "http://127.0.0.1:0"], null, null);
        using var http = new HttpClient();

        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(new Uri($"http://{host.Rpc}/")).InTime());

        Assert.Equal("http", await http.GetStringAsync(new Uri($"http://{host.Http}/")).InTime());
        await using RawPeer peer = await host.DialAsync();
        await peer.AssertOpenAsync();
    }

    private static async Task AssertBothServedAsync(
        string[] arguments, Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? map = null, int? expectedPort = null)
    {
        await using RpcHost host = await StartAsync(arguments, configure, map);
        using var http = new HttpClient();
        int port = new Uri(Assert.Single(host.App.Urls).Replace("[::]", "127.0.0.1", StringComparison.Ordinal)).Port;

        string page = await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/")).InTime();
        await using RawPeer peer = await host.DialAsync();

        Assert.Equal("http", page);
        Assert.True(expectedPort is null || expectedPort == port, $"HTTP listens on {port}.");
        Assert.NotEqual(port, ((IPEndPoint)host.Rpc).Port);
        await peer.AssertOpenAsync();
    }

    private static Task<RpcHost> StartAsync(string[] arguments, Action<WebApplicationBuilder>? configure, Action<WebApplication>? map)
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddMprpc();
                configure?.Invoke(builder);
            },
            app =>
            {
                app.MapGet("/", () => "http");
                app.MapMprpcService<Adder>(0);
                map?.Invoke(app);
            },
            arguments);
}
