using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mprpc.AspNetCore.Tests.Listeners;

/// <summary>What stands behind UseMessagePackRpc() on a listener never runs: TLS that was meant to be there would silently be missing.</summary>
public sealed class LastMiddlewareTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData("https")]
    [InlineData("logging")]
    [InlineData("own")]
    [InlineData("own, short")]
    public async Task Middleware_BehindMessagePackRpc_FailsTheStart(string kind)
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => StartAsync(listener => Add(kind, listener.UseMessagePackRpc(options => options.MapService<Adder>()))));

        Assert.Contains("UseMessagePackRpc()", exception.Message, StringComparison.Ordinal);
        Assert.Contains("must come last", exception.Message, StringComparison.Ordinal);
        Assert.Contains("before", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("logging", HttpProtocols.Http1)]
    [InlineData("own", HttpProtocols.Http1AndHttp2)]
    [InlineData("own, short", HttpProtocols.Http2)]
    [InlineData("own", HttpProtocols.None)]
    public async Task Middleware_BeforeMessagePackRpc_Runs(string kind, HttpProtocols protocols)
    {
        await using RpcHost host = await StartAsync(listener =>
        {
            listener.Protocols = protocols;
            Add(kind, listener);
            listener.UseMessagePackRpc(options => options.MapService<Adder>());
        });
        await using RawPeer peer = await RawPeer.DialAsync(host.Http);

        await peer.AssertOpenAsync();
    }

    private void Add(string kind, ListenOptions listener)
    {
        _ = kind switch
        {
            "https" => listener.UseHttps(_certificates.Server()),
            "logging" => listener.UseConnectionLogging(),
            "own" => listener.Use(next => connection => next(connection)),
            _ => ((IConnectionBuilder)listener).Use((connection, next) => next()),
        };
    }

    private static Task<RpcHost> StartAsync(Action<ListenOptions> configure)
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddMprpc();
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, configure));
            },
            map: null);
}
