using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.WebSockets;

/// <summary>How the client opens a WebSocket: to the host that it was told, and to no other.</summary>
public sealed class WebSocketClientTests
{
    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirect_ToAnotherHost_IsNeverFollowedAndTheErrorNamesIt(int status)
    {
        int asked = 0;
        await using RpcHost other = await RpcHost.StartAsync(builder => builder.Services.AddMprpc().AddService<Service>(), app =>
        {
            app.Use((context, next) =>
            {
                Interlocked.Increment(ref asked);
                return next(context);
            });
            app.MapMprpcWebSocket("/rpc");
        });
        await using RpcHost host = await StartAsync(app => app.Map("/rpc", context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = $"http://{other.Http}/rpc";
            return Task.CompletedTask;
        }));
        await using MprpcClient client = CreateClient(host, socket => socket.SetRequestHeader("X-Secret", "secret"));

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", 1, 2).InTime());

        Assert.Equal(0, asked);
        Assert.Contains($"'{other.Http}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"{status}", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/elsewhere")]
    [InlineData("http://ev%1b[il/")]
    [InlineData("http://[")]
    [InlineData(null)]
    public async Task Redirect_ToAnything_IsNotFollowedAndWhatItSaysIsCleaned(string? location)
    {
        await using RpcHost host = await StartAsync(app => app.Map("/rpc", context =>
        {
            context.Response.StatusCode = StatusCodes.Status302Found;
            context.Response.Headers.Location = location;
            return Task.CompletedTask;
        }));
        await using MprpcClient client = CreateClient(host);

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", 1, 2).InTime());

        Assert.Contains("302", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', exception.ToString());
    }

    [Fact]
    public async Task Cookies_OfConfigureWebSocket_AreSent()
    {
        string? cookie = null;
        await using RpcHost host = await StartAsync(app =>
        {
            app.Use((context, next) =>
            {
                cookie = context.Request.Headers.Cookie;
                return next(context);
            });
            app.MapMprpcWebSocket("/rpc");
        });
        await using MprpcClient client = CreateClient(host, socket =>
        {
            socket.Cookies = new CookieContainer();
            socket.Cookies.Add(new Uri($"http://{host.Http}/"), new Cookie("name", "anna"));
        });

        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
        Assert.Equal("name=anna", cookie);
    }

    [Fact]
    public async Task Proxy_OfConfigureWebSocket_IsAsked()
    {
        await using RpcHost host = await StartAsync(app => app.MapMprpcWebSocket("/rpc"));
        var proxy = new RecordingProxy();
        await using MprpcClient client = CreateClient(host, socket => socket.Proxy = proxy);

        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
        Assert.True(proxy.IsAsked);
    }

    [Fact]
    public async Task CertificateCallback_OfConfigureWebSocket_IsAsked()
    {
        using var certificates = new TestCertificates();
        using X509Certificate2 certificate = certificates.Server();
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddMprpc().AddService<Service>();
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate));
            },
            app => app.MapMprpcWebSocket("/rpc"),
            ["--urls", "https://127.0.0.1:0"]);
        X509Certificate? seen = null;
        await using var trusting = new MprpcClient($"wss://{host.Http}/rpc", new MprpcClientOptions
        {
            ConfigureWebSocket = socket => socket.RemoteCertificateValidationCallback = (_, shown, _, errors) =>
            {
                seen = shown;
                return errors == SslPolicyErrors.RemoteCertificateChainErrors;
            },
        });
        await using var plain = new MprpcClient($"wss://{host.Http}/rpc");

        Assert.Equal(3, await trusting.CallAsync<int>("sum", 1, 2).InTime());
        Assert.Equal(certificate.GetCertHashString(), seen?.GetCertHashString());
        await Assert.ThrowsAsync<MprpcConnectionException>(() => plain.CallAsync<int>("sum", 1, 2).InTime());
    }

    private static MprpcClient CreateClient(RpcHost host, Action<ClientWebSocketOptions>? configure = null)
        => new($"ws://{host.Http}/rpc", new MprpcClientOptions { ConfigureWebSocket = configure });

    private static Task<RpcHost> StartAsync(Action<WebApplication> map)
        => RpcHost.StartAsync(builder => builder.Services.AddMprpc().AddService<Service>(), map);

    private sealed class RecordingProxy : IWebProxy
    {
        public bool IsAsked { get; private set; }

        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => null;

        public bool IsBypassed(Uri host)
        {
            IsAsked = true;
            return true;
        }
    }

    private sealed class Service
    {
        public int Sum(int x, int y) => x + y;
    }
}
